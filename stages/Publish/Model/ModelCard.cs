using System.Globalization;
using System.Text;
using Stages.Publish.Results;

namespace Stages.Publish.Model;

/// <summary>A published model's README.md, every figure of it measured by the run.</summary>
internal static class ModelCard
{
    public static string Write(
        ModelConfig config, string license, string dataset, string student, int testImages, IReadOnlyList<ResultRow> results)
    {
        var own = results.First(row => row.Name == student);
        var network = config.Network;
        var card = new StringBuilder();
        card.Append(CultureInfo.InvariantCulture, $"""
            ---
            license: {license}
            pipeline_tag: image-classification
            tags: [image-classification, simclr, knowledge-distillation]
            ---

            # {network.Architecture.Name} distilled by SimCLRv2 on {dataset}

            A {network.Architecture.Name} of width {network.Width} ({network.StemName} stem, {own.Parameters:N0} parameters) for images of
            {config.Shape.Channels}×{config.Shape.Height}×{config.Shape.Width}, values divided by 255. It learned from a
            teacher's soft targets; the teacher was pretrained without labels and fine-tuned on {own.Labels} labelled images.

            Classes: {string.Join(", ", config.Labels)}.

            | network | top-1 (%) on {testImages:N0} test images | parameters | labels | seed |
            |---|---|---|---|---|

            """);
        foreach (var row in results)
        {
            card.Append(CultureInfo.InvariantCulture, $"| {row.Name} | {row.Top1:0.00} | {row.Parameters:N0} | {row.Labels} | {row.Seed} |\n");
        }

        card.Append(CultureInfo.InvariantCulture, $"""

            `model.safetensors` has torchvision's key names; `config.json` says how conv1 differs from torchvision's
            {network.Architecture.Name}. One run, one seed, one draw of labels: where labels are few,
            other draws differ by points.

            """);
        return card.ToString();
    }
}
