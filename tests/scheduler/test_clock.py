"""Times only grow, whatever is done to the machine's clock."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scheduler.clock import Clock


class Machine:
    """A machine whose two clocks are set by the test."""

    def __init__(self) -> None:
        self.wall, self.mono = 1_000_000, 0

    def pass_ms(self, ms: int) -> None:
        self.wall += ms
        self.mono += ms

    def clock(self, floor_ms: int = 0) -> Clock:
        return Clock(floor_ms=floor_ms, wall_ms=lambda: self.wall, monotonic_ms=lambda: self.mono)


def test_a_quiet_clock_follows_the_machine() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.pass_ms(12_345)
    assert clock.now_ms() == machine.wall
    assert clock.steps == []


def test_a_step_forward_is_taken_up_and_reported() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.wall += 3_600_000
    assert clock.now_ms() == machine.wall
    assert [step.by_ms for step in clock.steps] == [3_600_000]


def test_a_step_back_is_waited_out_at_half_speed() -> None:
    machine = Machine()
    clock = machine.clock()
    before = clock.now_ms()
    machine.wall -= 60_000
    machine.pass_ms(10_000)
    assert clock.now_ms() == before + 5_000
    for _ in range(12):
        machine.pass_ms(10_000)
        clock.now_ms()
    assert abs(clock.now_ms() - machine.wall) <= 500
    assert [step.by_ms for step in clock.steps] == [-60_000]
    assert clock.ahead_ms == 0


def test_a_restart_does_not_go_behind_what_is_on_record() -> None:
    machine = Machine()
    clock = machine.clock(floor_ms=machine.wall + 30_000)
    assert clock.now_ms() == machine.wall + 30_000
    assert clock.steps[0].by_ms == -30_000


@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(-100_000, 100_000)), max_size=40))
def test_time_never_runs_backwards(moves: list[tuple[int, int]]) -> None:
    machine = Machine()
    machine.wall = 10_000_000
    clock = machine.clock()
    last = clock.now_ms()
    for passed, step in moves:
        machine.pass_ms(passed)
        machine.wall += step
        now = clock.now_ms()
        assert now >= last
        last = now
