using System.Text.Json.Nodes;

namespace Tests.Cli.Commands;

/// <summary>Tests <c>distill doctor</c>.</summary>
[Trait("Category", "Process")]
public sealed class DoctorTests
{
    [Fact]
    public void Machine_and_checks_are_reported_in_json()
    {
        var outcome = DistillProcess.Run(Path.GetTempPath(), "doctor", "--device", "cpu", "--json");

        Assert.True(outcome.ExitCode == 0, outcome.Output + outcome.Errors);
        var report = JsonNode.Parse(outcome.Output)!;
        Assert.True(report["passed"]!.GetValue<bool>());
        Assert.StartsWith("2.10", report["libtorch"]!["version"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.True(report["checks"]!.AsArray().Count > 10);
        Assert.True(report["memoryGiB"]!.GetValue<double>() > 0.1);
    }

    [Fact]
    public void A_missing_device_is_wrong_input()
    {
        var outcome = DistillProcess.Run(Path.GetTempPath(), "doctor", "--device", "cuda:7");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("cuda:7", outcome.Errors, StringComparison.Ordinal);
    }
}
