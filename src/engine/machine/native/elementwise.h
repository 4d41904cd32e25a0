// Interprets a list of lines on blocks of elements: a block's inputs are read (where they lie, if they may be), the lines run over its
// strips, one strip after the other where lines can hand values on (`strip.h`), and otherwise one line after the other over the whole
// block; outputs are written. So a long formula costs one pass over memory and its registers stay in the nearest cache.
// Elements that all share a value - numbers, scalars and what is computed from nothing else - are one vector, computed once a chunk.
// Inputs and outputs in different buffers must not overlap. Left out: planning (`elementwise-plan.h`). Next: `program.h`.
#pragma once
#include <memory>

#include "strip-plan.h"

namespace latently {

// A thread's own working memory, kept between instructions.
struct ElementwiseScratch {
  std::vector<Operand> operands;
  std::vector<Link> links;
  std::vector<char> bytes;

  // Where every slot is before a block is read.
  float* prepare(const ElementwisePlan& plan) {
    constexpr size_t line = 64;
    const size_t needed = plan.scratchWords * sizeof(float) + line;
    if (bytes.size() < needed) bytes.assign(needed * 2, 0);
    if (operands.size() < plan.slots.size()) operands.resize(plan.slots.size() * 2);
    if (links.size() < plan.links.size()) links.resize(plan.links.size() * 2);
    float* scratch = reinterpret_cast<float*>((reinterpret_cast<uintptr_t>(bytes.data()) + line - 1) / line * line);
    for (size_t i = 0; i < plan.slots.size(); i++) operands[i] = {scratch + plan.slots[i].home, plan.slots[i].step};
    return scratch;
  }
};

inline ElementwiseScratch& ScratchOfThread() {
  thread_local ElementwiseScratch scratch;
  return scratch;
}

// Tensors of more elements than this are not in the nearest caches when a step comes to them.
constexpr int64_t farElements = 65536;

class ElementwiseChunk {
 public:
  ElementwiseChunk(const ElementwisePlan& plan, const Memory& memory) : plan_(plan), memory_(memory) {
    auto& scratch = ScratchOfThread();
    scratch_ = scratch.prepare(plan);
    operands_ = scratch.operands.data();
    links_ = scratch.links.data();
    Prepare();
  }

  void run(int64_t start, int64_t end) {
    for (int64_t at = start; at < end; at += plan_.block) RunBlock(at, std::min(plan_.block, end - at));
  }

 private:
  float* Home(int slot) const { return scratch_ + plan_.slots[slot].home; }

  void Prepare() {
    for (const auto& number : plan_.numbers) Store(Home(number.slot), Splat(number.bits));
    for (const auto& source : plan_.shared)
      Store(Home(source.slot), Splat(*source.view.place.integersIn(memory_)));
    for (const auto& source : plan_.repeated)
      CopyIn(source.view, source.view.place.in(memory_), 0, plan_.block, Home(source.slot));
    for (const auto& step : plan_.preamble) RunStep(step, 0, laneCount);
    if (plan_.links.empty()) return;
    for (const auto& number : plan_.numbers) Widen(Home(number.slot));
    for (const auto& source : plan_.shared) Widen(Home(source.slot));
    for (const auto& step : plan_.preamble) Widen(Home(step.destination));
  }

  // A slot's value from element `start` of the block on.
  Operand At(int slot, int64_t start) const {
    const auto& [at, step] = operands_[slot];
    return {step ? at + start : at, step};
  }
  float* Destination(int slot) const { return const_cast<float*>(operands_[slot].at); }

  void RunStep(const Step& step, int64_t start, int64_t count) const {
    const auto& [a, b, c] = step.operands;
    step.operation->run({Destination(step.destination) + start, At(a, start), At(b, start), At(c, start), count});
  }

  StripPlace PlaceOf(int slot) const {
    const int64_t stripHome = plan_.slots[slot].stripHome;
    if (stripHome >= 0) return {scratch_ + stripHome, 0};
    return {Destination(slot), operands_[slot].step ? -1 : 0};
  }

  // The strips of a block that are whole; gives how many elements they are.
  int64_t RunStrips(int64_t count) const {
    if (plan_.links.empty() || count < stripLength) return 0;
    for (const auto& source : plan_.sources)
      if (operands_[source.slot].step == 0) Widen(Home(source.slot));
    Link* link = links_;
    for (const auto& [run, line, operands, to] : plan_.links) {
      const auto& [a, b, c] = operands;
      *link++ = {run, line, {PlaceOf(a), PlaceOf(b), PlaceOf(c)}, PlaceOf(to)};
    }
    int64_t start = 0;
    for (; start + stripLength <= count; start += stripLength) OtherLinks::begin(links_, start);
    return start;
  }

  // A share of the next block's inputs is asked for after each line: from the far cache they come while the other lines run.
  void AskFor(int64_t start, size_t step) const {
    constexpr int64_t cacheLine = 16;
    const int64_t share = (plan_.block / cacheLine + plan_.steps.size() - 1) / plan_.steps.size() * cacheLine;
    const int64_t from = start + share * static_cast<int64_t>(step);
    const int64_t end = std::min({from + share, start + plan_.block, plan_.count});
    for (const auto& source : plan_.sources) {
      if (!source.view.outer.empty() || source.view.run.stride != 1) continue;
      const float* memory = source.view.place.in(memory_);
      for (int64_t i = from; i < end; i += cacheLine) __builtin_prefetch(memory + i);
    }
  }

  // Each line over the block's elements from `done` on.
  void RunLines(int64_t start, int64_t done, int64_t count) const {
    const bool far = plan_.count > farElements;
    for (size_t i = 0; i < plan_.steps.size(); i++) {
      RunStep(plan_.steps[i], done, count - done);
      if (far) AskFor(start + count, i);
    }
  }

  void RunBlock(int64_t start, int64_t count) {
    for (const auto& source : plan_.sources)
      operands_[source.slot] = Read(source.view, source.view.place.in(memory_), start, count, source.inPlace, Home(source.slot));
    for (const auto& target : plan_.targets)
      if (target.direct) operands_[target.slot].at = DirectOr(target, start, count);
    const int64_t done = RunStrips(count);
    if (done < count) RunLines(start, done, count);
    for (const auto& target : plan_.targets) Write(target, start, count);
  }

  // Part of a vector is not written where it might belong to others.
  const float* DirectOr(const Target& target, int64_t start, int64_t count) const {
    const Position position = PositionOf(target.view, start);
    const bool whole = count % laneCount == 0 && count <= target.view.run.size - position.within;
    return whole ? target.view.place.in(memory_) + position.offset + position.within : Home(target.slot);
  }

  void Write(const Target& target, int64_t start, int64_t count) const {
    const Operand value = operands_[target.slot];
    if (target.direct && value.at != Home(target.slot)) return;
    CopyOut(target.view, target.view.place.in(memory_), start, count, value);
  }

  const ElementwisePlan& plan_;
  const Memory& memory_;
  float* scratch_;
  Operand* operands_;
  Link* links_;
};

inline void RunElementwise(const ElementwisePlan& plan, const Memory& memory, Pool& pool) {
  const int64_t blocks = (plan.count + plan.block - 1) / plan.block;
  const auto from = [&](int chunk) { return blocks * chunk / plan.chunks * plan.block; };
  pool.each(plan.chunks, [&](int chunk) {
    ElementwiseChunk(plan, memory).run(from(chunk), std::min(plan.count, from(chunk + 1)));
  });
}

inline Instruction DecodeElementwise(Decoder& words) {
  const auto plan = std::make_shared<const ElementwisePlan>(PlanElementwise(words));
  if (plan->count == 0) return [](const Memory&, Pool&) {};
  return [plan](const Memory& memory, Pool& pool) { RunElementwise(*plan, memory, pool); };
}

}  // namespace latently
