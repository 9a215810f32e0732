using Stages.Pipeline.Options;

namespace Stages.Publish;

/// <summary>Publishing as pipeline.json describes it.</summary>
/// <param name="Student">The round whose student is published; chosen beforehand, never by its test accuracy.</param>
/// <param name="License">SPDX name of the licence that the model is published under, for the card.</param>
public sealed record PublishOptions(string Student, string License)
{
    /// <param name="section">The <c>publish</c> block.</param>
    /// <param name="rounds">Names of the rounds; the last one is published unless another is named.</param>
    public static PublishOptions Read(JsonSection section, IReadOnlyList<string> rounds) => new(
        section.Choice("student", rounds[^1], rounds.ToDictionary(name => name)),
        section.Text("license", "mit"));
}
