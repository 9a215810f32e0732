using Distill.Pipeline.Options;

namespace Tests.Pipeline.Options;

/// <summary>Short cuts of the tests on options.</summary>
internal static class Parsing
{
    public static JsonSection Of(string json) => PipelineFile.Parse(json, "pipeline.json", _ => null);

    public static string Message(Action act) => Assert.Throws<UserException>(act).Message;
}
