// The entry into the compiler's own fuzzing engine, for a program that has a `main` of its own.
// Source: LLVM, "libFuzzer – Using libFuzzer as a library".
#pragma once
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
