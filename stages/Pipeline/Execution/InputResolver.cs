namespace Distill.Pipeline.Execution;

/// <summary>Finds a stage's inputs among the external ones and the outputs of the stages before it.</summary>
internal sealed class InputResolver(IReadOnlyDictionary<string, ExternalInput> externals)
{
    /// <summary>The stage that makes an artefact, by its name alone: "pretrain" of "pretrain/weights.safetensors".</summary>
    public static string Maker(string artefact) => artefact.Split('/', 2)[0];

    /// <exception cref="ArgumentException">Two stages share a name, or an input comes from nowhere or from a later stage.</exception>
    public void CheckPlan(IReadOnlyList<StageDefinition> stages)
    {
        var earlier = new HashSet<string>();
        foreach (var stage in stages)
        {
            foreach (var artefact in stage.Inputs.Where(artefact => !externals.ContainsKey(artefact) && !earlier.Contains(Maker(artefact))))
            {
                throw new ArgumentException($"stage {stage.Name} reads {artefact}, which no earlier stage and no external input provides");
            }

            if (stage.Name.Contains('/') || !earlier.Add(stage.Name))
            {
                throw new ArgumentException($"found a stage named {stage.Name}, expected a unique name without '/'");
            }
        }
    }

    /// <param name="stage">Whose inputs are wanted.</param>
    /// <param name="done">The lock entries of the earlier stages that are done.</param>
    /// <exception cref="InvalidOperationException">A stage that is done did not make the artefact that is asked of it.</exception>
    public StageInputs Resolve(StageDefinition stage, IReadOnlyDictionary<string, LockEntry> done)
    {
        var hashes = new Dictionary<string, string>();
        var paths = new Dictionary<string, string>();
        var waitsFor = new List<string>();
        foreach (var artefact in stage.Inputs)
        {
            if (externals.TryGetValue(artefact, out var external))
            {
                (hashes[artefact], paths[artefact]) = (external.Sha256.Value, external.Path);
            }
            else if (done.TryGetValue(Maker(artefact), out var maker))
            {
                var output = maker.Outputs.GetValueOrDefault(artefact.Split('/', 2)[1])
                    ?? throw new InvalidOperationException($"stage {stage.Name} reads {artefact}, which {Maker(artefact)} did not produce");
                (hashes[artefact], paths[artefact]) = (output.Sha256, output.Path);
            }
            else if (!waitsFor.Contains(Maker(artefact)))
            {
                waitsFor.Add(Maker(artefact));
            }
        }

        return new StageInputs(hashes, paths, waitsFor);
    }
}
