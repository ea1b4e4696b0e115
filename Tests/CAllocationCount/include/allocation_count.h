// How many blocks of memory the process asks for: an exact figure where a time would depend on the machine.
#pragma once
#include <stdint.h>

// Counts from nought, on all threads, until the next call of `allocation_count_end`.
void allocation_count_begin(void);

// Ends counting. Returns how often `malloc` and its like were called, or -1 where they cannot be counted: without the GNU
// C library, or with a sanitizer, which has an allocator of its own.
int64_t allocation_count_end(void);
