using System.Globalization;
using Distill.Learning.Training;
using Distill.Pipeline.Options;

namespace Benchmarks.Device;

/// <summary>Options of <c>benchmarks device</c>, which runs the paper's networks on images of 224×224 in the memory of a device.</summary>
/// <param name="Compute">Device; the precision is bf16.</param>
/// <param name="Folder">Folder for the results.</param>
/// <param name="Scale">Size of the workload.</param>
/// <param name="Part">The only part to run: one of the words of --only. Null runs all but NCCL.</param>
internal sealed record DeviceOptions(Compute Compute, string Folder, DeviceScale Scale, string? Part)
{
    public const string Command = "device";

    private const string Usage =
        "usage: benchmarks device --output FOLDER [--device NAME] [--only parity|train|label|nccl] [--small] [--rounds N]";

    /// <exception cref="UserException">An argument is invalid.</exception>
    public static DeviceOptions Parse(IReadOnlyList<string> arguments)
    {
        var (device, folder, part, small, rounds) = ("auto", (string?)null, (string?)null, false, (int?)null);
        for (var i = 0; i < arguments.Count; i++)
        {
            var hasValue = i + 1 < arguments.Count;
            switch (arguments[i])
            {
                case "--device" when hasValue: device = arguments[++i]; break;
                case "--output" when hasValue: folder = arguments[++i]; break;
                case "--only" when hasValue && arguments[i + 1] is "parity" or "train" or "label" or "nccl": part = arguments[++i]; break;
                case "--rounds" when hasValue && ParseCount(arguments[i + 1]) is { } count:
                    rounds = count;
                    i++;
                    break;
                case "--small": small = true; break;
                default: throw new UserException($"found \"{arguments[i]}\"; {Usage}");
            }
        }

        var scale = small ? DeviceScale.Small : DeviceScale.Paper;
        return new DeviceOptions(
            Compute.Read(PipelineFile.Parse($$"""{ "device": "{{device}}", "precision": "bf16" }""", "--device", _ => null)),
            folder ?? throw new UserException($"found no --output; {Usage}"),
            rounds is { } given ? scale with { Rounds = given } : scale,
            part);
    }

    private static int? ParseCount(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count : null;
}
