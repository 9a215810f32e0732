using Stages.Learning.Networks;

namespace Stages.Publish.Results;

/// <summary>A row of the results table before it is measured.</summary>
/// <param name="Name">supervised, teacher, distilled, self-distilled, or a round's name.</param>
/// <param name="Source">The classifier.</param>
/// <param name="Road">Artefacts on the way to it, its own included: the seconds of their stages add up to its time.</param>
public sealed record Contestant(string Name, ClassifierSource Source, IReadOnlyList<string> Road);
