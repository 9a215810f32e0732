namespace Distill.Cli.Drafting;

/// <summary>What the user asks of a drafted pipeline.</summary>
/// <param name="Folder">Folder of the images.</param>
/// <param name="Name">Name of the pipeline.</param>
/// <param name="Minutes">Time that the whole run may take on this machine.</param>
/// <param name="Encoder">Path or name of an encoder to use as the teacher; null to pretrain.</param>
/// <param name="PerClass">Labels per class to use; null for all.</param>
/// <param name="Device">The device: cpu, cuda or auto.</param>
internal sealed record DraftOptions(string Folder, string Name, double Minutes, string? Encoder, int? PerClass, string Device)
{
    /// <summary>Whether the run will use a GPU.</summary>
    public bool OnGpu { get; init; }

    /// <summary>How the folder is laid out.</summary>
    public FolderLayout Layout { get; init; } = FolderLayout.Usual;
}
