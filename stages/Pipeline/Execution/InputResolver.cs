namespace Distill.Pipeline.Execution;

/// <summary>Finds a stage's inputs among the external ones and the outputs of the stages before it.</summary>
internal sealed class InputResolver(IReadOnlyDictionary<string, ExternalInput> externals)
{
    /// <summary>The stage that makes an artifact, by its name alone: "pretrain" of "pretrain/weights.safetensors".</summary>
    public static string Maker(string artifact) => artifact.Split('/', 2)[0];

    /// <exception cref="ArgumentException">Two stages share a name, or an input comes from nowhere or from a later stage.</exception>
    public void CheckPlan(IReadOnlyList<StageDefinition> stages)
    {
        var earlier = new HashSet<string>();
        foreach (var stage in stages)
        {
            foreach (var artifact in stage.Inputs.Where(artifact => !externals.ContainsKey(artifact) && !earlier.Contains(Maker(artifact))))
            {
                throw new ArgumentException($"stage {stage.Name} reads {artifact}, which no earlier stage and no external input provides");
            }

            if (stage.Name.Contains('/') || !earlier.Add(stage.Name))
            {
                throw new ArgumentException($"found a stage named {stage.Name}, expected a unique name without '/'");
            }
        }
    }

    /// <param name="stage">Whose inputs are wanted.</param>
    /// <param name="done">The lock entries of the earlier stages that are done.</param>
    /// <exception cref="InvalidOperationException">A stage that is done did not make the artifact that is asked of it.</exception>
    public StageInputs Resolve(StageDefinition stage, IReadOnlyDictionary<string, LockEntry> done)
    {
        var hashes = new Dictionary<string, string>();
        var paths = new Dictionary<string, string>();
        var waitsFor = new List<string>();
        foreach (var artifact in stage.Inputs)
        {
            if (externals.TryGetValue(artifact, out var external))
            {
                (hashes[artifact], paths[artifact]) = (external.Sha256.Value, external.Path);
            }
            else if (done.TryGetValue(Maker(artifact), out var maker))
            {
                var output = maker.Outputs.GetValueOrDefault(artifact.Split('/', 2)[1])
                    ?? throw new InvalidOperationException($"stage {stage.Name} reads {artifact}, which {Maker(artifact)} did not produce");
                (hashes[artifact], paths[artifact]) = (output.Sha256, output.Path);
            }
            else if (!waitsFor.Contains(Maker(artifact)))
            {
                waitsFor.Add(Maker(artifact));
            }
        }

        return new StageInputs(hashes, paths, waitsFor);
    }
}
