namespace Distill.Pipeline.Execution;

/// <summary>A file or folder that one stage makes and others read, or that comes from outside, such as a split of the dataset.</summary>
/// <param name="Stage">Name of the stage that makes it; for an external one, a word for its kind.</param>
/// <param name="File">Its name among the outputs of the stage.</param>
public readonly record struct Artifact(string Stage, string File)
{
    /// <summary>Parses the text form, such as <c>pretrain/weights.safetensors</c>.</summary>
    public static Artifact Parse(string text) => text.Split('/', 2) is [var stage, var file]
        ? new Artifact(stage, file)
        : throw new FormatException($"found the artifact \"{text}\", expected STAGE/FILE");

    /// <summary>Returns the text form, which the lock and messages use.</summary>
    public override string ToString() => $"{Stage}/{File}";
}
