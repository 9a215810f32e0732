using Benchmarks.Harness;

namespace Tests.Benchmarks;

public sealed class CpuTimesTests
{
    [Fact]
    public void Times_are_per_image_and_compared_round_by_round_after_the_warm_up()
    {
        var times = new CpuTimes();
        // The machine becomes slower, but the second candidate always takes half of the first one's time.
        var first = times.Candidate("first", Turns(9, 2, 4, 6));
        var second = times.Candidate("second", Turns(9, 1, 2, 3));
        for (var round = 0; round < 4; round++)
        {
            Assert.Equal(100 / 0.5, first.Turn(100).Rate);
            second.Turn(100);
        }

        var path = Path.GetTempFileName();
        var report = new global::Benchmarks.Harness.Report();
        times.Print("cpu", report);
        report.Save(path);
        var json = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(path))!["cpu"]!["second"]!;
        File.Delete(path);

        Assert.Equal(20_000, json["microseconds"]!["median"]!.GetValue<double>());
        Assert.Equal(2, json["ratio"]!["min"]!.GetValue<double>());
        Assert.Equal(2, json["ratio"]!["max"]!.GetValue<double>());
    }

    private static Func<int, (Reading Reading, double CpuSeconds)> Turns(params double[] seconds)
    {
        var turn = 0;
        return images => (new Reading(images, 0.5), seconds[turn++]);
    }
}
