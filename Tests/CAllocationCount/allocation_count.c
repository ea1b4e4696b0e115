// Stands before the C library's allocator in tests and benchmarks, and only counts: a program's own `malloc` takes the
// place of the library's, which keeps the real one under another name. While nothing is counted that costs one load.
#include "allocation_count.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define HAS_OTHER_ALLOCATOR 1
#endif
#endif

#if defined(__GLIBC__) && !defined(HAS_OTHER_ALLOCATOR)

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static atomic_bool is_counting;
static _Atomic int64_t count;

static inline void count_one(void) {
    if (atomic_load_explicit(&is_counting, memory_order_relaxed)) atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
}

void *malloc(size_t size) {
    count_one();
    return __libc_malloc(size);
}

void *calloc(size_t members, size_t size) {
    count_one();
    return __libc_calloc(members, size);
}

void *realloc(void *block, size_t size) {
    count_one();
    return __libc_realloc(block, size);
}

void *memalign(size_t alignment, size_t size) {
    count_one();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **block, size_t alignment, size_t size) {
    if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
    void *made = memalign(alignment, size);
    if (made == NULL) return ENOMEM;
    *block = made;
    return 0;
}

void allocation_count_begin(void) {
    atomic_store(&count, 0);
    atomic_store(&is_counting, true);
}

int64_t allocation_count_end(void) {
    atomic_store(&is_counting, false);
    return atomic_load(&count);
}

#else

void allocation_count_begin(void) {}

int64_t allocation_count_end(void) { return -1; }

#endif
