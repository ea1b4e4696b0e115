// Tells the thread sanitizer what a contended Mutex does. The lock's quick way is compiled into the program and so is seen
// by the sanitizer; its slow way lies in libswiftSynchronization, which is not instrumented, so that what a thread does
// after it has waited would be reported as a race (swift 6.3.1 on Linux, a program of ten lines shows it). These stand
// before the library's functions, call them, and say that the lock was acquired or released. Without the sanitizer the
// file is empty.
#if defined(__linux__) && defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

// Synchronization._MutexHandle._lockSlow(Swift.UInt32) -> () and ._unlockSlow() -> ()
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define HANDLE __attribute__((swift_context)) void *handle

void __tsan_acquire(void *address);
void __tsan_release(void *address);

__attribute__((swiftcall)) void lapwing_lock_slow(uint32_t thread, HANDLE) __asm__(LOCK_SLOW);
__attribute__((swiftcall)) void lapwing_unlock_slow(HANDLE) __asm__(UNLOCK_SLOW);

__attribute__((swiftcall)) void lapwing_lock_slow(uint32_t thread, HANDLE) {
    typedef __attribute__((swiftcall)) void (*function)(uint32_t thread, HANDLE);
    ((function)dlsym(RTLD_NEXT, LOCK_SLOW))(thread, handle);
    __tsan_acquire(handle);
}

__attribute__((swiftcall)) void lapwing_unlock_slow(HANDLE) {
    typedef __attribute__((swiftcall)) void (*function)(HANDLE);
    __tsan_release(handle);
    ((function)dlsym(RTLD_NEXT, UNLOCK_SLOW))(handle);
}
#endif
#endif
