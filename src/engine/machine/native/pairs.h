// Two cheap operations in one line, where nothing else reads the first one's result: a line's loads and stores cost more than its
// arithmetic. A product in front of a sum or difference is one fused multiply-add where the processor has it. Next: `operations.h`.
#pragma once
#include "arithmetic.h"

namespace latently {

// (a first b) second c.
template <auto first, auto second>
inline Floats Then(Floats a, Floats b, Floats c) {
  return second(first(a, b), c);
}

// c second (a first b): for operations that do not commute.
template <auto first, auto second>
inline Floats Into(Floats a, Floats b, Floats c) {
  return second(c, first(a, b));
}

}  // namespace latently
