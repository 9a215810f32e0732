using Distill.Distill;
using Distill.Label;
using Distill.Pipeline.Options;

namespace Distill.Cli.Plan;

/// <summary>One round of distillation: the network of the round before labels, a fresh student learns.</summary>
/// <param name="Name">The name of its training stage.</param>
/// <param name="Labeling">Views to label.</param>
/// <param name="Student">Network and training.</param>
/// <param name="LabelKey">Canonical options of the labeling.</param>
/// <param name="StudentKey">Canonical options of the training.</param>
internal sealed record RoundOptions(
    string Name, LabelOptions Labeling, DistillOptions Student, OptionSnapshot LabelKey, OptionSnapshot StudentKey)
{
    private const string Distill = "distill";

    /// <summary>What its student is called in the results: distil → distilled.</summary>
    public string ResultName => Name.EndsWith(Distill, StringComparison.Ordinal) ? Name + "ed" : Name;

    public static RoundOptions Read(JsonSection section)
    {
        var name = section.Text("name", Distill);
        if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-'))
        {
            throw section.Error("name", $"found \"{name}\", expected letters, digits and hyphens");
        }

        var label = section.Section("label");
        var student = section.Section("student");
        return new RoundOptions(
            name, LabelOptions.Read(label), DistillOptions.Read(student), new OptionSnapshot(label), new OptionSnapshot(student));
    }
}
