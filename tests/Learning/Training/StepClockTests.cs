using Distill.Learning.Training;
using Tests.Pipeline;

namespace Tests.Learning.Training;

public sealed class StepClockTests
{
    private readonly ManualClock _time = new();

    [Fact]
    public void First_step_counts_only_if_it_is_alone_and_nothing_between_steps()
    {
        var clock = new StepClock(_time);
        Assert.Equal(0, clock.SecondsPerStep);

        Assert.Equal(7, clock.Time(() => Step(seconds: 30)));
        Assert.Equal(30, clock.SecondsPerStep);

        clock.Time(() => Step(2));
        _time.Pass(100);
        clock.Time(() => Step(3));
        Assert.Equal(2.5, clock.SecondsPerStep);
    }

    private int Step(double seconds)
    {
        _time.Pass(seconds);
        return 7;
    }
}
