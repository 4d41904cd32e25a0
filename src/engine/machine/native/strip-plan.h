// Which values of an elementwise instruction its strips hold in registers, and which they put down because more than the next line
// reads them. Next: `strip.h`; `elementwise.h`, which runs them.
#pragma once
#include "elementwise-plan.h"

namespace latently {

// A block of fewer strips is done before it is worked out where they lie.
constexpr int64_t fewStrips = 8;

class StripPlanner {
 public:
  explicit StripPlanner(ElementwisePlan& plan) : plan_(plan), steps_(plan.steps) {}

  // Whether any line would hand on what it makes.
  bool gain() const {
    if (plan_.block < fewStrips * stripLength) return false;
    for (size_t i = 0; i < steps_.size(); i++)
      if (Held(i) != 0) return true;
    return false;
  }

  void addLinks() {
    for (size_t i = 0; i < steps_.size(); i++) {
      const Step& step = steps_[i];
      const Ways* ways = step.operation->ways;
      AddLink(ways ? ways->by[Held(i)] : OtherLinks::line, step);
      if (ways && !PassedOnOnly(i)) AddLink(OtherLinks::putDown, step);
      if (!IsStored(step.destination)) MoveIntoStrip(plan_.slots[step.destination]);
    }
    plan_.links.push_back({OtherLinks::end, nullptr, {0, 0, 0}, 0});
  }

 private:
  void AddLink(Strip run, const Step& step) {
    const auto& [a, b, c] = step.operands;
    plan_.links.push_back({run, step.operation->run, {a, b, c}, step.destination});
  }

  void MoveIntoStrip(Slot& slot) {
    if (slot.stripHome >= 0) return;
    slot.stripHome = plan_.scratchWords;
    plan_.scratchWords += stripLength;
  }

  // The operands of a step that the one before it holds, where there is a way to take them so.
  int Held(size_t i) const {
    const Ways* ways = steps_[i].operation->ways;
    if (i == 0 || ways == nullptr || steps_[i - 1].operation->ways == nullptr) return 0;
    int held = 0;
    for (int operand = 0; operand < steps_[i].operation->operands; operand++)
      if (steps_[i].operands[operand] == steps_[i - 1].destination) held |= 1 << operand;
    return ways->by[held] ? held : 0;
  }

  bool Reads(size_t i, int slot) const {
    for (const int operand : steps_[i].operands)
      if (operand == slot) return true;
    return false;
  }

  bool IsStored(int slot) const {
    for (const auto& target : plan_.targets)
      if (target.slot == slot) return true;
    return false;
  }

  // Whether nothing but the next step, which holds it, reads what step `i` makes.
  bool PassedOnOnly(size_t i) const {
    const int slot = steps_[i].destination;
    for (size_t later = i + 1; later < steps_.size(); later++) {
      if (Reads(later, slot) && (later > i + 1 || Held(later) == 0)) return false;
      if (steps_[later].destination == slot) return true;
    }
    return !IsStored(slot);
  }

  ElementwisePlan& plan_;
  const std::vector<Step>& steps_;
};

// The plan of an elementwise instruction, with links where its lines are done in strips.
inline ElementwisePlan PlanElementwise(Decoder& words) {
  Decoder again = words;
  ElementwisePlan plan = ElementwisePlanner(words, false).plan();
  if (!StripPlanner(plan).gain()) return plan;
  ElementwisePlan longer = ElementwisePlanner(again, true).plan();
  StripPlanner(longer).addLinks();
  return longer;
}

}  // namespace latently
