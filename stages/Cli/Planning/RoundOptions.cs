using Distill.Distill;
using Distill.Label;
using Distill.Pipeline.Options;

namespace Distill.Cli.Planning;

/// <summary>One round of distillation: a teacher labels the images, and a new student learns from these soft targets.</summary>
/// <param name="Name">Name of the round and of the stage that trains its student.</param>
/// <param name="Result">Name of the student in the results.</param>
/// <param name="Label">Options of the stage that labels.</param>
/// <param name="Student">Options of the stage that trains the student.</param>
internal sealed record RoundOptions(string Name, string Result, Block<LabelOptions> Label, Block<DistillOptions> Student)
{
    /// <summary>Reads one entry of the block <c>rounds</c>.</summary>
    public static RoundOptions Read(NamedSection round, JsonSection root)
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

        var label = round.Section.Section("label", "The stage that labels all training images with the teacher of the round.");
        var student = round.Section.Section("student", "The stage that trains the student.");
        return new RoundOptions(
            round.Name,
            result,
            new Block<LabelOptions>(LabelOptions.Read(label), label),
            new Block<DistillOptions>(DistillOptions.Read(student), student));
    }

    private static bool IsName(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
