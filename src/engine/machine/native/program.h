// A program of the step machine: words decoded into instructions, run one after the other as often as there are steps.
// Next: the file of each instruction; `addon.cc` for Node's way in.
#pragma once
#include <cmath>
#include <memory>

#include "double-elementwise.h"
#include "elementwise.h"
#include "linear.h"
#include "machine.h"
#include "product.h"
#include "random.h"
#include "reduce.h"
#include "rows.h"
#include "scan.h"
#include "sort.h"

namespace latently {

struct InstructionKind {
  const char* name;
  Instruction (*decode)(Decoder&);
};

// By their codes.
inline const std::vector<InstructionKind>& InstructionKinds() {
  static const std::vector<InstructionKind> kinds = {
      {"elementwise", DecodeElementwise}, {"product", DecodeProduct},
      {"reduce", DecodeReduce},           {"gather", DecodeGather},
      {"segmentSum", DecodeSegmentSum},   {"bits", DecodeBits},
      {"cumulate", DecodeCumulate},       {"search", DecodeSearch},
      {"triangularSolve", DecodeTriangularSolve},
      {"cholesky", DecodeCholesky},       {"sort", DecodeSort},
      {"doubleElementwise", DecodeDoubleElementwise},
      {"doubleTriangularSolve", DecodeDoubleTriangularSolve},
      {"doubleCholesky", DecodeDoubleCholesky},
  };
  return kinds;
}

// Where the numbers that change from step to step lie: what a step is told, and what it tells.
struct Slots {
  Place told, tells;
  int64_t toldWords, tellsWords;
};

class Program {
 public:
  Program(const int32_t* words, int64_t count) {
    for (const int32_t *at = words, *end = words + count; at < end;) {
      const int64_t length = end - at < 2 ? -1 : at[1];
      if (length < 0 || length > end - at - 2) Fail("an instruction is cut off");
      const auto& kinds = InstructionKinds();
      if (at[0] < 0 || at[0] >= static_cast<int32_t>(kinds.size())) Fail("no such instruction");
      Decoder decoder(at + 2, length);
      instructions_.push_back(kinds[at[0]].decode(decoder));
      if (!decoder.atEnd()) Fail(std::string(kinds[at[0]].name) + ": words are left over");
      at += 2 + length;
    }
  }

  void run(const Memory& memory, Pool& pool) const {
    for (const auto& instruction : instructions_) instruction(memory, pool);
  }

  // Runs `steps` steps: each is given its words from `told`, and what it tells is appended to `tells`.
  void run(const Memory& memory, Pool& pool, const Slots& slots, int64_t steps, const int32_t* told, float* tells) const {
    for (int64_t step = 0; step < steps; step++) {
      std::memcpy(slots.told.in(memory), told + step * slots.toldWords, slots.toldWords * sizeof(float));
      run(memory, pool);
      std::memcpy(tells + step * slots.tellsWords, slots.tells.in(memory), slots.tellsWords * sizeof(float));
    }
  }

 private:
  std::vector<Instruction> instructions_;
};

}  // namespace latently
