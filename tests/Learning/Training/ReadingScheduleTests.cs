using Distill.Learning.Training;

namespace Tests.Learning.Training;

public sealed class ReadingScheduleTests
{
    [Theory]
    [InlineData(5, 5, new long[] { 1, 2, 3, 4, 5 })]
    [InlineData(95, 95, new long[] { 9, 18, 27, 36, 45, 54, 63, 72, 81, 90, 95 })]
    [InlineData(4500, 205, new long[] { 450, 900, 1350, 1800, 2250, 2700, 3150, 3600, 4050, 4500 })]
    public void Short_runs_have_about_200_lines_and_ten_measurements(int steps, int lines, long[] measurements)
    {
        var schedule = new ReadingSchedule(steps);
        var done = Enumerable.Range(1, steps).Select(step => (long)step).ToList();
        Assert.Equal(lines, done.Count(schedule.IsLogged));
        Assert.Equal(measurements, done.Where(schedule.IsMonitored));
    }

    [Fact]
    public void Long_runs_measure_early_and_write_a_line_per_100_steps()
    {
        var schedule = new ReadingSchedule(250_220);
        var done = Enumerable.Range(1, 250_220).Select(step => (long)step).ToList();
        Assert.Equal(2_503, done.Count(schedule.IsLogged));
        Assert.Equal([1024, 2048, 4096, 8192, 16384, 25022, 50044], done.Where(schedule.IsMonitored).Take(7));
    }
}
