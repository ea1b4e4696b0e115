// Tests run one at a time. Swift Testing would start all of them at once on the cooperative pool, which has a thread for
// each core: on two cores a test of a server's time-outs would then wait behind hundreds of others for its next step, and
// fail for that alone. One at a time takes less time in all (26 s against 65 s, measured on two cores). Whoever wants it
// otherwise sets the variable.
#include <stdlib.h>

__attribute__((constructor)) static void one_at_a_time(void) {
    setenv("SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH", "1", 0);
}
