#include "openssl_session.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Declarations of our own for OpenSSL's functions and numbers, as its manual has them (openssl.org/docs, 1.1.1 to 3.x).
typedef struct ssl SSL;
typedef struct ssl_ctx SSL_CTX;
typedef struct bio BIO;
typedef struct x509 X509;
typedef struct x509_store X509_STORE;
typedef struct evp_pkey EVP_PKEY;
typedef struct x509_verify_param X509_VERIFY_PARAM;

enum {
    ctrl_extra_chain_certificate = 14,
    ctrl_set_server_name = 55,
    ctrl_set_min_version = 123,
    ctrl_set_max_version = 124,
    verify_none = 0,
    verify_peer = 1,
    error_want_read = 2,
    error_zero_return = 6,
    verify_ok = 0,
};

// name, result, parameters
#define FUNCTIONS(F)                                                                          \
    F(TLS_client_method, const void *, (void))                                                \
    F(SSL_CTX_new, SSL_CTX *, (const void *))                                                 \
    F(SSL_CTX_free, void, (SSL_CTX *))                                                        \
    F(SSL_CTX_ctrl, long, (SSL_CTX *, int, long, void *))                                     \
    F(SSL_CTX_set_verify, void, (SSL_CTX *, int, void *))                                     \
    F(SSL_CTX_set_default_verify_paths, int, (SSL_CTX *))                                     \
    F(SSL_CTX_get_cert_store, X509_STORE *, (const SSL_CTX *))                                \
    F(SSL_CTX_use_certificate, int, (SSL_CTX *, X509 *))                                      \
    F(SSL_CTX_use_PrivateKey, int, (SSL_CTX *, EVP_PKEY *))                                   \
    F(SSL_CTX_check_private_key, int, (const SSL_CTX *))                                      \
    F(SSL_new, SSL *, (SSL_CTX *))                                                            \
    F(SSL_free, void, (SSL *))                                                                \
    F(SSL_ctrl, long, (SSL *, int, long, void *))                                             \
    F(SSL_set_bio, void, (SSL *, BIO *, BIO *))                                               \
    F(SSL_set1_host, int, (SSL *, const char *))                                              \
    F(SSL_get0_param, X509_VERIFY_PARAM *, (SSL *))                                           \
    F(SSL_connect, int, (SSL *))                                                              \
    F(SSL_read, int, (SSL *, void *, int))                                                    \
    F(SSL_write, int, (SSL *, const void *, int))                                             \
    F(SSL_get_error, int, (const SSL *, int))                                                 \
    F(SSL_get_verify_result, long, (const SSL *))                                             \
    F(X509_VERIFY_PARAM_set1_ip_asc, int, (X509_VERIFY_PARAM *, const char *))                \
    F(X509_STORE_add_cert, int, (X509_STORE *, X509 *))                                       \
    F(X509_verify_cert_error_string, const char *, (long))                                    \
    F(X509_free, void, (X509 *))                                                              \
    F(EVP_PKEY_free, void, (EVP_PKEY *))                                                      \
    F(PEM_read_bio_X509, X509 *, (BIO *, X509 **, void *, void *))                            \
    F(PEM_read_bio_PrivateKey, EVP_PKEY *, (BIO *, EVP_PKEY **, void *, void *))              \
    F(BIO_new, BIO *, (const void *))                                                         \
    F(BIO_new_mem_buf, BIO *, (const void *, int))                                            \
    F(BIO_s_mem, const void *, (void))                                                        \
    F(BIO_read, int, (BIO *, void *, int))                                                    \
    F(BIO_write, int, (BIO *, const void *, int))                                             \
    F(BIO_free, int, (BIO *))                                                                 \
    F(ERR_get_error, unsigned long, (void))                                                   \
    F(ERR_clear_error, void, (void))                                                          \
    F(ERR_reason_error_string, const char *, (unsigned long))

static struct {
#define FIELD(name, result, parameters) result(*name) parameters;
    FUNCTIONS(FIELD)
#undef FIELD
    int are_there;
} openssl;

static void find(void) {
    // Unversioned names are left alone: on macOS such a library ends whoever loads it.
    const char *names[] = {
        "libssl.so.3", "libssl.so.1.1", "libssl.3.dylib", "/opt/homebrew/lib/libssl.3.dylib", "/usr/local/lib/libssl.3.dylib",
    };
    void *library = NULL;
    for (size_t index = 0; library == NULL && index < sizeof names / sizeof *names; index++) {
        library = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
    }
    if (library == NULL) return;
    openssl.are_there = 1;
    // A library's handle finds the functions of those that it needs, of libcrypto here, as well.
#define FIND(name, result, parameters)                                     \
    openssl.name = (result(*) parameters)(size_t)dlsym(library, #name);    \
    if (openssl.name == NULL) openssl.are_there = 0;
    FUNCTIONS(FIND)
#undef FIND
}

struct openssl_session {
    SSL_CTX *context;
    SSL *connection;
    // Owned by the connection.
    BIO *from_network;
    BIO *to_network;
};

static void fail(openssl_reason *reason, const char *what, const char *why) {
    snprintf(reason->text, sizeof reason->text, why == NULL ? "%s" : "%s: %s", what, why);
}

// Says what OpenSSL says, or only `what` where it says nothing.
static void fail_with_error(openssl_reason *reason, const char *what) {
    unsigned long code = openssl.ERR_get_error();
    fail(reason, what, code == 0 ? NULL : openssl.ERR_reason_error_string(code));
    openssl.ERR_clear_error();
}

// MARK: What PEM text holds

static int add_authorities(SSL_CTX *context, openssl_pem pem) {
    X509_STORE *store = openssl.SSL_CTX_get_cert_store(context);
    BIO *text = openssl.BIO_new_mem_buf(pem.bytes, pem.count);
    int count = 0;
    X509 *certificate;
    while ((certificate = openssl.PEM_read_bio_X509(text, NULL, NULL, NULL)) != NULL) {
        if (openssl.X509_STORE_add_cert(store, certificate) == 1) count++;
        openssl.X509_free(certificate);
    }
    openssl.BIO_free(text);
    openssl.ERR_clear_error();
    return count;
}

static int use_certificates(SSL_CTX *context, openssl_pem pem) {
    BIO *text = openssl.BIO_new_mem_buf(pem.bytes, pem.count);
    int count = 0;
    X509 *certificate;
    while ((certificate = openssl.PEM_read_bio_X509(text, NULL, NULL, NULL)) != NULL) {
        if (count == 0) {
            if (openssl.SSL_CTX_use_certificate(context, certificate) == 1) count++;
            openssl.X509_free(certificate);
            if (count == 0) break;
        } else if (openssl.SSL_CTX_ctrl(context, ctrl_extra_chain_certificate, 0, certificate) == 1) {
            // The context has taken it.
            count++;
        } else {
            openssl.X509_free(certificate);
        }
    }
    openssl.BIO_free(text);
    openssl.ERR_clear_error();
    return count;
}

// A key that is locked by a pass phrase is none: nobody is there to ask.
static int no_pass_phrase(char *buffer, int size, int writing, void *user) {
    (void)buffer, (void)size, (void)writing, (void)user;
    return 0;
}

static int use_key(SSL_CTX *context, openssl_pem pem) {
    BIO *text = openssl.BIO_new_mem_buf(pem.bytes, pem.count);
    EVP_PKEY *key = openssl.PEM_read_bio_PrivateKey(text, NULL, (void *)(size_t)no_pass_phrase, NULL);
    openssl.BIO_free(text);
    if (key == NULL) return 0;
    int is_used = openssl.SSL_CTX_use_PrivateKey(context, key) == 1 && openssl.SSL_CTX_check_private_key(context) == 1;
    openssl.EVP_PKEY_free(key);
    return is_used;
}

static int prepare(SSL_CTX *context, const openssl_settings *settings, openssl_reason *reason) {
    if (settings->min_version != 0) openssl.SSL_CTX_ctrl(context, ctrl_set_min_version, settings->min_version, NULL);
    if (settings->max_version != 0) openssl.SSL_CTX_ctrl(context, ctrl_set_max_version, settings->max_version, NULL);
    openssl.SSL_CTX_set_verify(context, settings->verifies ? verify_peer : verify_none, NULL);
    if (settings->authorities.count > 0) {
        if (add_authorities(context, settings->authorities) == 0) return fail(reason, "unable to use specified CA cert", "no certificate in PEM form"), 0;
    } else if (settings->verifies) {
        openssl.SSL_CTX_set_default_verify_paths(context);
    }
    if (settings->certificates.count > 0 && use_certificates(context, settings->certificates) == 0) {
        return fail(reason, "unable to use specified client cert", "no certificate in PEM form"), 0;
    }
    if (settings->key.count > 0 && !use_key(context, settings->key)) {
        return fail_with_error(reason, "unable to use specified client key"), 0;
    }
    return 1;
}

// MARK: Sessions

openssl_session *openssl_session_begin(const openssl_settings *settings, openssl_reason *reason) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find);
    if (!openssl.are_there) return fail(reason, "OpenSSL is not on this system", "install its libssl, 1.1.1 or later"), NULL;
    openssl.ERR_clear_error();
    openssl_session *session = calloc(1, sizeof *session);
    if (session == NULL) return fail(reason, "no memory is left", NULL), NULL;
    session->context = openssl.SSL_CTX_new(openssl.TLS_client_method());
    if (session->context == NULL || !prepare(session->context, settings, reason)) {
        if (session->context == NULL) fail_with_error(reason, "no TLS");
        return openssl_session_end(session), NULL;
    }
    session->connection = openssl.SSL_new(session->context);
    session->from_network = openssl.BIO_new(openssl.BIO_s_mem());
    session->to_network = openssl.BIO_new(openssl.BIO_s_mem());
    if (session->connection == NULL || session->from_network == NULL || session->to_network == NULL) {
        return fail(reason, "no memory is left", NULL), openssl_session_end(session), NULL;
    }
    openssl.SSL_set_bio(session->connection, session->from_network, session->to_network);
    // An address is judged by the addresses of the certificate; a name is told the server too, which may have several.
    if (openssl.X509_VERIFY_PARAM_set1_ip_asc(openssl.SSL_get0_param(session->connection), settings->server_name) != 1) {
        openssl.SSL_set1_host(session->connection, settings->server_name);
        openssl.SSL_ctrl(session->connection, ctrl_set_server_name, 0, (void *)settings->server_name);
    }
    openssl.ERR_clear_error();
    return session;
}

void openssl_session_end(openssl_session *session) {
    if (session->connection != NULL) openssl.SSL_free(session->connection);
    if (session->context != NULL) openssl.SSL_CTX_free(session->context);
    free(session);
}

void openssl_session_feed(openssl_session *session, const void *bytes, int count) { openssl.BIO_write(session->from_network, bytes, count); }

int openssl_session_drain(openssl_session *session, void *bytes, int capacity) {
    int count = openssl.BIO_read(session->to_network, bytes, capacity);
    return count > 0 ? count : 0;
}

// What a call that gave no bytes came to.
static int outcome(openssl_session *session, int result, const char *what, openssl_reason *reason) {
    int error = openssl.SSL_get_error(session->connection, result);
    if (error == error_want_read) return openssl_needs_input;
    if (error == error_zero_return) return openssl_done;
    fail_with_error(reason, what);
    return openssl_failed;
}

int openssl_session_handshake(openssl_session *session, openssl_reason *reason) {
    openssl.ERR_clear_error();
    int result = openssl.SSL_connect(session->connection);
    if (result == 1) return openssl_done;
    long verdict = openssl.SSL_get_verify_result(session->connection);
    int came_to = outcome(session, result, "handshake failed", reason);
    if (came_to == openssl_failed && verdict != verify_ok) {
        fail(reason, "failed to verify certificate", openssl.X509_verify_cert_error_string(verdict));
    }
    return came_to == openssl_done ? openssl_failed : came_to;
}

int openssl_session_read(openssl_session *session, void *bytes, int capacity, openssl_reason *reason) {
    openssl.ERR_clear_error();
    int count = openssl.SSL_read(session->connection, bytes, capacity);
    return count > 0 ? count : outcome(session, count, "read failed", reason);
}

int openssl_session_write(openssl_session *session, const void *bytes, int count, openssl_reason *reason) {
    if (count == 0) return 0;
    openssl.ERR_clear_error();
    int written = openssl.SSL_write(session->connection, bytes, count);
    return written > 0 ? written : outcome(session, written, "write failed", reason);
}
