using Distill.Pipeline.Execution;

namespace Tests.Pipeline.Execution;

public sealed class ProgramVersionTests
{
    [Theory]
    [InlineData("0.1.0+ffe54c827fdc", "0.1.0", "ffe54c827fdc")]
    [InlineData("0.1.0", "0.1.0", null)]
    [InlineData("0.1.0+", "0.1.0", null)]
    [InlineData("1.0.0-rc.1+a+b", "1.0.0-rc.1", "a+b")]
    public void Version_and_commit_are_split(string informational, string version, string? commit) =>
        Assert.Equal(new ProgramVersion(version, commit), ProgramVersion.Parse(informational));

    [Fact]
    public void The_program_has_a_version() => Assert.Matches(@"^\d+\.\d+\.\d+", ProgramVersion.Current.Version);
}
