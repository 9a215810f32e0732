using Distill.Distill;
using Distill.Label;
using Distill.Learning.Networks;
using Distill.Pipeline.Options;

namespace Distill.Cli.Planning;

/// <summary>One round of distillation: a teacher labels the images, and a new student learns from these soft targets.</summary>
/// <param name="Name">Name of the round and of the stage that trains its student.</param>
/// <param name="Result">Name of the student in the results.</param>
/// <param name="Targets">Whether soft targets are stored, or the teacher labels fresh views in every step.</param>
/// <param name="Label">Options of the stage that labels; without stored targets, only their crop matters.</param>
/// <param name="Student">Options of the stage that trains the student.</param>
internal sealed record RoundOptions(
    string Name, string Result, TargetsKind Targets, Block<LabelOptions> Label, Block<DistillOptions> Student)
{
    /// <summary>JSON path of the block.</summary>
    public required string Path { get; init; }

    /// <summary>Reads one entry of the block <c>rounds</c>, or one of the comparison.</summary>
    /// <param name="round">The entry.</param>
    /// <param name="root">The pipeline, for messages.</param>
    /// <param name="network">The default network; null for a ResNet-50.</param>
    /// <param name="views">Views that the default steps show; null for ten thousand steps.</param>
    public static RoundOptions Read(NamedSection round, JsonSection root, NetworkOptions? network = null, int? views = null)
    {
        if (!IsName(round.Name))
        {
            throw root.Error("rounds", $"found a round named \"{round.Name}\", expected letters, digits and hyphens");
        }

        var result = round.Section.Text("result", round.Name, "Name of the student in the results. Default: the name of the round.");
        if (!IsName(result))
        {
            throw round.Section.Error("result", $"found \"{result}\", expected letters, digits and hyphens");
        }

        var targets = round.Section.Choice(
            "targets", TargetsKind.Stored,
            "stored: a stage labels viewsPerImage views of each image, and the student sees them again and again. online: the teacher "
                + "labels fresh views in every step, as in the paper, and nothing is stored.");
        var label = round.Section.Section("label", "The stage that labels all training images with the teacher of the round.");
        var student = round.Section.Section("student", "The stage that trains the student.");
        var options = new RoundOptions(
            round.Name,
            result,
            targets,
            new Block<LabelOptions>(LabelOptions.Read(label), label),
            new Block<DistillOptions>(DistillOptions.Read(student, network, views), student))
        {
            Path = round.Section.Path[2..],
        };
        var (stored, together) = (options.Label.Options.ViewsPerImage, options.Student.Options.ViewsTogether);
        if (targets == TargetsKind.Stored && stored % together != 0)
        {
            throw student.Error(
                "viewsTogether", FormattableString.Invariant($"found {together}, expected a divisor of label.viewsPerImage, {stored}"));
        }

        return targets == TargetsKind.Stored || options.Student.Options.ClassFrequencies == ClassFrequencies.AsLabeled
            ? options
            : throw student.Error(
                "classFrequencies",
                "found another value than \"as-labeled\" beside \"targets\": \"online\", but adapting frequencies needs the logits of all "
                    + "views before the first step; store them, or set as-labeled");
    }

    private static bool IsName(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
