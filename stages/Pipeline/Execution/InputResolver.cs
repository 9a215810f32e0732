using System.Text.Json.Nodes;

namespace Distill.Pipeline.Execution;

/// <summary>Finds a stage's inputs among the external inputs and the outputs of earlier stages.</summary>
internal sealed class InputResolver(IReadOnlyDictionary<Artifact, ExternalInput> externals)
{
    /// <summary>Checks that each stage has a unique name and reads only external inputs and outputs of earlier stages.</summary>
    /// <exception cref="ArgumentException">Two stages share a name, or no earlier stage makes an input.</exception>
    public void CheckPlan(IReadOnlyList<StageDefinition> stages)
    {
        var earlier = new HashSet<string>();
        foreach (var stage in stages)
        {
            foreach (var artifact in stage.Inputs.Where(artifact => !externals.ContainsKey(artifact) && !earlier.Contains(artifact.Stage)))
            {
                throw new ArgumentException($"stage {stage.Name} reads {artifact}, which no earlier stage and no external input provides");
            }

            if (stage.Name.Contains('/') || !earlier.Add(stage.Name))
            {
                throw new ArgumentException($"found a stage named {stage.Name}, expected a unique name without '/'");
            }
        }
    }

    /// <summary>Returns why a stage cannot run first: the stages that make its inputs.</summary>
    public IEnumerable<string> Before(StageDefinition stage) => stage.Inputs.Where(artifact => !externals.ContainsKey(artifact))
        .Select(artifact => $"waits for {artifact.Stage}")
        .Distinct();

    /// <summary>Finds the hash and path of each input that exists, and the stages that must run before the others exist.</summary>
    /// <param name="stage">Stage whose inputs are wanted.</param>
    /// <param name="done">Entries of the earlier stages that are done.</param>
    /// <exception cref="InvalidOperationException">A stage is done but did not make the artifact.</exception>
    public StageInputs Resolve(StageDefinition stage, IReadOnlyDictionary<string, LockEntry> done)
    {
        var hashes = new Dictionary<string, string>();
        var paths = new Dictionary<Artifact, string>();
        var options = new Dictionary<string, JsonObject>();
        var waitsFor = new List<string>();
        foreach (var artifact in stage.Inputs)
        {
            if (externals.TryGetValue(artifact, out var external))
            {
                (hashes[artifact.ToString()], paths[artifact]) = (external.Sha256.Value, external.Path);
                if (external.Options is { } given)
                {
                    options[artifact.ToString()] = given;
                }
            }
            else if (done.TryGetValue(artifact.Stage, out var maker))
            {
                var output = maker.Outputs.GetValueOrDefault(artifact.File)
                    ?? throw new InvalidOperationException($"stage {stage.Name} reads {artifact}, which {artifact.Stage} did not produce");
                (hashes[artifact.ToString()], paths[artifact]) = (output.Sha256, output.Path);
            }
            else if (!waitsFor.Contains(artifact.Stage))
            {
                waitsFor.Add(artifact.Stage);
            }
        }

        return new StageInputs(hashes, paths, options, waitsFor);
    }
}

/// <summary>The current inputs of a stage.</summary>
/// <param name="Hashes">SHA-256 by the text form of the artifact, for artifacts that exist.</param>
/// <param name="Paths">Path by artifact, for artifacts that exist.</param>
/// <param name="Options">Options that are part of a hash, by the text form of the artifact.</param>
/// <param name="WaitsFor">Earlier stages that must be done first.</param>
internal sealed record StageInputs(
    IReadOnlyDictionary<string, string> Hashes,
    IReadOnlyDictionary<Artifact, string> Paths,
    IReadOnlyDictionary<string, JsonObject> Options,
    IReadOnlyList<string> WaitsFor);
