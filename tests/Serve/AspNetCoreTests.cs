using Distill.Serve;
using Tests.Pipeline;

namespace Tests.Serve;

public sealed class AspNetCoreTests : IDisposable
{
    private readonly TempFolder _shared = new();

    public void Dispose() => _shared.Dispose();

    [Fact]
    public void The_newest_runtime_of_this_version_is_found()
    {
        var major = Environment.Version.Major;
        string[] versions = [$"{major - 1}.0.30", $"{major}.0.9", $"{major}.0.10", $"{major + 1}.0.1", $"{major}.0.20-rc.1", "notes"];
        foreach (var version in versions)
        {
            Directory.CreateDirectory(_shared[$"Microsoft.AspNetCore.App/{version}"]);
        }

        Assert.Equal(_shared[$"Microsoft.AspNetCore.App/{major}.0.10"], AspNetCore.FindFolder(_shared.Path));
    }

    [Fact]
    public void Without_a_runtime_of_this_version_nothing_is_found()
    {
        Assert.Null(AspNetCore.FindFolder(_shared.Path));

        Directory.CreateDirectory(_shared[$"Microsoft.AspNetCore.App/{Environment.Version.Major - 1}.0.30"]);

        Assert.Null(AspNetCore.FindFolder(_shared.Path));
    }
}
