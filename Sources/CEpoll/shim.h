// Swift's Glibc module leaves these out. Other systems have none of them, and need none.
#ifdef __linux__
#include <sys/epoll.h>
#include <sys/eventfd.h>
// <sys/timerfd.h> would bring <time.h> along, whose types are Glibc's. Its flags are those of eventfd.
struct itimerspec;
int timerfd_create(int clock, int flags);
int timerfd_settime(int descriptor, int flags, const struct itimerspec *time, struct itimerspec *before);
#endif
