// TLS for clients as a machine without I/O: bytes of the network in and out, bytes of the application in and out.
//
// The functions are the system's OpenSSL (1.1.1 or later), looked up when they are first needed: to build this takes no headers
// of it, and a program that never asks for a certificate of its own never loads it.
#pragma once
#include <stddef.h>

typedef struct openssl_session openssl_session;

// A run of bytes in PEM form; none where `count` is 0.
typedef struct {
    const void *bytes;
    int count;
} openssl_pem;

typedef struct {
    // Whose signature under the server's certificate is trusted; the system's where there are none.
    openssl_pem authorities;
    // What the server is shown: a certificate with those that lead to its authority, and its key.
    openssl_pem certificates;
    openssl_pem key;
    // A host name or an address: the server is told the name, and its certificate has to be of it.
    const char *server_name;
    // Whether the server's certificate is looked at.
    int verifies;
    // 0x0301 for TLS 1.0 to 0x0304 for TLS 1.3; 0 for what OpenSSL is set to.
    int min_version;
    int max_version;
} openssl_settings;

// What a call came to, where it is not a number of bytes.
enum { openssl_done = 0, openssl_needs_input = -1, openssl_failed = -2 };

// Why the last call failed.
typedef struct {
    char text[256];
} openssl_reason;

// NULL when it failed. `openssl_session_end` frees it.
openssl_session *openssl_session_begin(const openssl_settings *settings, openssl_reason *reason);
void openssl_session_end(openssl_session *session);

// Takes in what came from the network.
void openssl_session_feed(openssl_session *session, const void *bytes, int count);
// Gives out what has to go to the network; the number of bytes.
int openssl_session_drain(openssl_session *session, void *bytes, int capacity);

// `openssl_done` when both sides trust each other.
int openssl_session_handshake(openssl_session *session, openssl_reason *reason);
// The number of bytes; `openssl_done` when the other side has ended.
int openssl_session_read(openssl_session *session, void *bytes, int capacity, openssl_reason *reason);
// The number of bytes, which is all of them unless it failed.
int openssl_session_write(openssl_session *session, const void *bytes, int count, openssl_reason *reason);
