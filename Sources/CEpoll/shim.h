// Swift's Glibc module leaves these two headers out. Other systems have neither, and need neither.
#ifdef __linux__
#include <sys/epoll.h>
#include <sys/eventfd.h>
#endif
