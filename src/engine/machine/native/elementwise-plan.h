// What an elementwise instruction does, worked out once from its words. Registers become slots: a slot is where one value of a block is -
// a register's scratch, an input, an output's own memory, or one vector that stands for a value all elements share.
// Left out: running it (`elementwise.h`). Next: `view.h`, `operations.h`.
#pragma once
#include <algorithm>
#include <numeric>

#include "machine.h"
#include "operations.h"
#include "view.h"

namespace latently {

struct Slot {
  int64_t home;            // words into the scratch
  int64_t step;            // from vector to vector: 0 where one vector stands for all
  int64_t stripHome = -1;  // where all strips have it, if nothing but the lines of one strip has to do with it
};

struct Step {
  const Operation* operation;
  int destination, operands[3];
};

struct Source {
  View view;
  int slot;
  bool inPlace;  // false where an output overwrites it before it is copied
};

struct Target {
  View view;
  int slot;
  bool direct;  // the slot is the output's memory itself, wherever a block there is whole vectors
};

struct Number {
  int slot;
  int32_t bits;
};

// A line of a strip: what `strip.h` calls a link, with slots in the place of memory.
struct LinkPlan {
  Strip run;
  Line line;
  int operands[3], to;
};

struct ElementwisePlan {
  int64_t count = 1, block = 0, scratchWords = 0;
  int chunks = 1;
  std::vector<Slot> slots;
  std::vector<Number> numbers;
  std::vector<Source> shared, repeated, sources;
  std::vector<Target> targets;
  std::vector<Step> preamble, steps;  // what is the same for all elements; what is done for each block
  std::vector<LinkPlan> links;        // the steps again, for the whole strips of a block; none where nothing would be held
};

class ElementwisePlanner {
 public:
  // `inStrips`: most of what lines make stays in registers, so blocks may be long.
  ElementwisePlanner(Decoder& words, bool inStrips) : words_(words), inStrips_(inStrips) {
    const int rank = words.integer();
    dims_ = words.integers(rank);
    for (const auto size : dims_) plan_.count *= size;
    const int inputs = words.integer(), outputs = words.integer();
    registers_ = words.integer();
    const int lines = words.integer();
    if (inputs > registers_) Fail("an elementwise instruction has fewer registers than inputs");
    ReadInputs(inputs, outputs, rank);
    ReadOutputs(outputs, rank);
    for (int i = 0; i < lines; i++) ReadLine();
    BindOutputs();
    Divide();
  }

  ElementwisePlan plan() { return std::move(plan_); }

 private:
  int Register(int number) const {
    if (number < 0 || number >= registers_) Fail("an elementwise line names a register that is not there");
    return number;
  }

  int ValueOf(int number) const {
    const int slot = value_[Register(number)];
    if (slot < 0) Fail("an elementwise line reads a register before anything is in it");
    return slot;
  }

  int NewSlot(int64_t words, int64_t step) {
    plan_.slots.push_back({plan_.scratchWords, step});
    plan_.scratchWords += words;
    return static_cast<int>(plan_.slots.size()) - 1;
  }
  int BlockSlot() { return NewSlot(plan_.block, laneCount); }
  int SharedSlot() { return NewSlot(stripLength, 0); }
  int SlotAtHomeOf(int slot) {
    plan_.slots.push_back(plan_.slots[slot]);
    return static_cast<int>(plan_.slots.size()) - 1;
  }

  void ReadInputs(int inputs, int outputs, int rank) {
    std::vector<View> views;
    for (int i = 0; i < inputs; i++) views.push_back(ReadView(rank));
    ChooseBlock(views, outputs);
    for (int i = 0; i < registers_; i++) BlockSlot();
    value_.assign(registers_, -1);
    for (int i = 0; i < inputs; i++) value_[i] = AddSource(views[i], i);
  }

  View ReadView(int rank) {
    const Place place = words_.place();
    return DecodeView(place, dims_, words_.integers(rank));
  }

  // Registers fit in the nearest cache. Blocks are whole rows where rows are short: then rows that repeat are read once, and what is one
  // number a row needs no copies.
  void ChooseBlock(const std::vector<View>& views, int outputs) {
    constexpr int64_t nearWords = 6144, most = 1024, longest = 2048;
    const int64_t fitting = nearWords / std::max(1, registers_ + outputs) / stripLength * stripLength;
    const int64_t usual = inStrips_ ? longest : std::min(std::max<int64_t>(fitting, 256), longest);
    int64_t unit = laneCount;
    for (const auto& view : views) {
      if (view.outer.empty()) continue;
      const int64_t both = std::lcm(unit, view.period() > 0 ? view.period() : view.run.size);
      if (both <= most) unit = both;
    }
    const int64_t whole = (plan_.count + laneCount - 1) / laneCount * laneCount;
    plan_.block = std::min(std::max(unit, usual / unit * unit), whole);
  }

  // A source may be copied to its register's scratch, unless it may be one vector there: a line over it would change what it reads.
  int AddSource(const View& view, int number) {
    const int64_t period = view.period();
    const bool repeats = plan_.count > plan_.block && period > 0 && plan_.block % period == 0;
    const bool apart = repeats || view.run.stride == 0;
    auto& list = view.uniform() ? plan_.shared : repeats ? plan_.repeated : plan_.sources;
    list.push_back({view, view.uniform() ? SharedSlot() : apart ? BlockSlot() : SlotAtHomeOf(number), true});
    return list.back().slot;
  }

  void ReadOutputs(int outputs, int rank) {
    for (int i = 0; i < outputs; i++) {
      results_.push_back(Register(words_.integer()));
      plan_.targets.push_back({ReadView(rank), -1, false});
    }
  }

  void ReadLine() {
    const int code = words_.integer(), destination = Register(words_.integer());
    int32_t operands[3];
    for (auto& operand : operands) operand = words_.integer();
    if (code < 0 || code >= static_cast<int>(Operations().size()))
      Fail("an elementwise line names an operation that is not there");
    const Operation& operation = Operations()[code];
    if (operation.run != nullptr) return AddStep(operation, destination, operands);
    value_[destination] = SharedSlot();
    plan_.numbers.push_back({value_[destination], operands[0]});
  }

  // What an operation does not take is bound to its first operand, so that every operand is somewhere.
  void AddStep(const Operation& operation, int destination, const int32_t* operands) {
    Step step{&operation, destination, {}};
    bool shared = true;
    for (int i = 0; i < 3; i++) {
      step.operands[i] = ValueOf(operands[i < operation.operands ? i : 0]);
      shared = shared && plan_.slots[step.operands[i]].step == 0;
    }
    if (shared) step.destination = SharedSlot();
    value_[destination] = step.destination;
    (shared ? plan_.preamble : plan_.steps).push_back(step);
    if (!shared) cost_ += operation.cost;
  }

  void BindOutputs() {
    for (size_t i = 0; i < plan_.targets.size(); i++) plan_.targets[i].slot = ValueOf(results_[i]);
    for (auto& target : plan_.targets) {
      if (target.slot >= registers_ || target.view.run.stride != 1) continue;
      size_t line = plan_.steps.size() - 1;
      while (plan_.steps[line].destination != target.slot) line--;
      if (!OverwritesTooEarly(target.view, line)) Redirect(target, line);
    }
    for (auto& source : plan_.sources)
      for (const auto& kept : plan_.targets)
        if (kept.slot == source.slot)
          for (const auto& other : plan_.targets)
            if (source.view.overlaps(other.view)) source.inPlace = false;
  }

  // Outputs may lie where inputs do: memory is not written by a line after which such an input is read.
  bool OverwritesTooEarly(const View& output, size_t line) const {
    for (const auto& source : plan_.sources)
      if (source.view.overlaps(output) && IsReadAfter(source.slot, line)) return true;
    return false;
  }

  bool IsReadAfter(int slot, size_t line) const {
    for (const auto& target : plan_.targets)
      if (target.slot == slot) return true;
    for (size_t i = line + 1; i < plan_.steps.size(); i++)
      for (const int operand : plan_.steps[i].operands)
        if (operand == slot) return true;
    return false;
  }

  // From its last line on, the register's value lives in the output's memory.
  void Redirect(Target& target, size_t line) {
    const int scratch = target.slot, direct = SlotAtHomeOf(scratch);
    plan_.steps[line].destination = direct;
    for (size_t i = line + 1; i < plan_.steps.size(); i++)
      for (int& operand : plan_.steps[i].operands)
        if (operand == scratch) operand = direct;
    for (auto& other : plan_.targets)
      if (other.slot == scratch) other.slot = direct;
    target.direct = true;
  }

  // Chunks of about five microseconds, whole blocks each; what takes less than ten is one chunk.
  void Divide() {
    const double nanoseconds = cost_ + 0.1 * (plan_.sources.size() + plan_.targets.size()) + 0.01;
    plan_.chunks = ChunksOf(plan_.count, std::max(plan_.block, static_cast<int64_t>(5000 / nanoseconds)), 128);
  }

  Decoder& words_;
  bool inStrips_;
  ElementwisePlan plan_;
  std::vector<int64_t> dims_;
  std::vector<int> value_, results_;  // the slot of each register's present value, or -1; the register of each output
  int registers_ = 0;
  float cost_ = 0;
};

}  // namespace latently
