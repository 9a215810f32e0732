using Distill.Learning.Training;
using Tests.Pipeline;

namespace Tests.Learning.Training;

public sealed class SaveTimerTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Save_is_due_once_the_configured_time_has_passed()
    {
        var timer = new SaveTimer(TimeSpan.FromSeconds(30), _clock);
        _clock.Pass(29);
        Assert.False(timer.IsDue);
        _clock.Pass(1);
        Assert.True(timer.IsDue);
        Save(timer, 0);
        Assert.False(timer.IsDue);
    }

    [Theory]
    [InlineData(1, 30)]
    [InlineData(40, 800)]
    public void After_a_slow_save_20_times_as_long_is_spent_on_training(int saveSeconds, int expectedSeconds)
    {
        var timer = new SaveTimer(TimeSpan.FromSeconds(30), _clock);
        Save(timer, saveSeconds);
        _clock.Pass(expectedSeconds - 1);
        Assert.False(timer.IsDue);
        _clock.Pass(1);
        Assert.True(timer.IsDue);
    }

    [Fact]
    public void Last_save_decides()
    {
        var timer = new SaveTimer(TimeSpan.FromSeconds(30), _clock);
        Save(timer, 40);
        Save(timer, 1);
        _clock.Pass(30);
        Assert.True(timer.IsDue);
    }

    [Fact]
    public void Interval_of_zero_saves_after_every_step()
    {
        var timer = new SaveTimer(TimeSpan.Zero, _clock);
        Save(timer, 40);
        Assert.True(timer.IsDue);
    }

    [Fact]
    public void Restart_waits_the_whole_interval_again()
    {
        var timer = new SaveTimer(TimeSpan.FromSeconds(30), _clock);
        _clock.Pass(30);
        timer.Restart();
        Assert.False(timer.IsDue);
    }

    private void Save(SaveTimer timer, int seconds)
    {
        timer.Begin();
        _clock.Pass(seconds);
        timer.End();
    }
}
