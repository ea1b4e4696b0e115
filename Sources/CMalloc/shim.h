// Swift's Glibc module leaves this header out. Other systems have no `malloc_trim` or `mallopt`, and their allocators need none.
#ifdef __linux__
#include <malloc.h>
#endif
