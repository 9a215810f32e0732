using System.Text.Json.Nodes;
using Distill.Pipeline.Execution;
using Distill.Publish;

namespace Tests.Publish;

public sealed class ProvenanceTests
{
    private static readonly Dictionary<string, LockEntry> Lineage = new()
    {
        ["pretrain"] = PublishedExample.Entry("""{ "steps": 100 }""", version: 3),
        ["distill"] = PublishedExample.Entry("""{ "alpha": 0.5 }"""),
    };

    private static readonly JsonNode Json = JsonNode.Parse(Provenance.Create(7, Lineage))!;

    [Fact]
    public void Stages_are_in_order_with_key_version_machines_and_options()
    {
        var stages = Json["stages"]!.AsObject();
        Assert.Equal(["pretrain", "distill"], stages.Select(stage => stage.Key));

        var pretrain = stages["pretrain"]!;
        Assert.Equal((Lineage["pretrain"].Key, 3), ((string)pretrain["key"]!, (int)pretrain["version"]!));
        Assert.Equal("cpu, fp32, 2 threads", (string)pretrain["machines"]![0]!);
        Assert.True(JsonNode.DeepEquals(Lineage["pretrain"].Options, pretrain["options"]));
    }

    [Fact]
    public void Inputs_and_outputs_are_hashes_ordered_by_name()
    {
        var stage = Json["stages"]!["distill"]!;
        Assert.Equal(["a/weights.safetensors", "dataset/train"], stage["inputs"]!.AsObject().Select(input => input.Key));
        Assert.Equal(new string('c', 64), (string)stage["outputs"]!["weights.safetensors"]!);
    }

    [Fact]
    public void Seed_and_versions_of_program_and_packages_are_stated()
    {
        Assert.Equal(7, (int)Json["seed"]!);
        Assert.Equal(ProgramVersion.Current.Version, (string)Json["program"]!["version"]!);
        Assert.Equal(["TorchSharp", "Microsoft.ML.OnnxRuntime"], Json["packages"]!.AsObject().Select(package => package.Key));
    }

    [Fact]
    public void Times_are_left_out() => Assert.DoesNotContain("econds", Json.ToJsonString(), StringComparison.Ordinal);
}
