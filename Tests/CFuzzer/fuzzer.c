// Nothing of our own: the engine comes with the compiler.
#include "fuzzer.h"
