using Distill.Learning.Networks;
using Distill.Pipeline.Options;

namespace Distill.Cli.Planning;

/// <summary>Checks of pipeline.json that concern several blocks.</summary>
internal static class PipelineChecks
{
    /// <summary>Refuses two sources of the teacher.</summary>
    public static void CheckTeacher(PipelineOptions options, JsonSection root)
    {
        if (!options.UsesEncoders)
        {
            return;
        }

        var other = options.Pretrain.Options.Weights is not null ? "pretrain.weights"
            : options.FineTune.Options.Weights is not null ? "finetune.weights"
            : options.Probe is not null ? "probe"
            : null;
        if (other is not null)
        {
            throw root.Section("pretrain").Error("encoder", $"found an encoder and {other}, expected one of them; remove the other");
        }
    }

    /// <summary>Refuses a normalization that does not have one value for each channel of the images.</summary>
    public static void CheckChannels(PipelineOptions options, JsonSection root)
    {
        Check(root.Section("pretrain"), options.Pretrain.Options.Network);
        foreach (var (entry, round) in root.Map("rounds").Zip(options.Rounds))
        {
            Check(entry.Section.Section("student"), round.Student.Options.Network);
        }

        if (options.Supervised is not null)
        {
            Check(root.Section("supervised"), options.Supervised.Options.Network);
        }

        void Check(JsonSection block, NetworkOptions network)
        {
            if (network.Normalization?.Fits(options.Dataset.Channels) == false)
            {
                throw block.Section("network").Error(
                    "mean",
                    $"found {network.Normalization.Mean.Count} values, expected {options.Dataset.Channels}, one per channel of the images");
            }
        }
    }
}
