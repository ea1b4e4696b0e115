// What Swift's Glibc module leaves out. Other systems have no `malloc_trim` or `mallopt`, and their allocators need none; nor do they
// let a thread be begun on a processor of one's choice.
#ifdef __linux__
#include <malloc.h>
#include <pthread.h>
#include <sched.h>

// Glibc declares them where `_GNU_SOURCE` is set, which the module is not made with.
int sched_getcpu(void);
int sched_getaffinity(pid_t thread, size_t size, cpu_set_t *processors);
int pthread_attr_setaffinity_np(pthread_attr_t *attributes, size_t size, const cpu_set_t *processors);
#endif
