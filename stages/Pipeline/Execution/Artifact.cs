namespace Distill.Pipeline.Execution;

/// <summary>A file or folder that one stage makes and others read, or that is given from outside.</summary>
/// <param name="Stage">Name of the stage that makes it, or of its kind, such as dataset.</param>
/// <param name="File">Its name among the outputs of the stage.</param>
public readonly record struct Artifact(string Stage, string File)
{
    /// <summary>The text form in the lock and in messages, such as <c>pretrain/weights.safetensors</c>.</summary>
    public override string ToString() => $"{Stage}/{File}";

    /// <summary>The text form, where an artifact is a key of a stage's inputs.</summary>
    public static implicit operator string(Artifact artifact) => artifact.ToString();

    /// <summary>Parses the text form.</summary>
    public static implicit operator Artifact(string text) => new(text.Split('/', 2)[0], text.Split('/', 2)[1]);
}
