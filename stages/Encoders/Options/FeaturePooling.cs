namespace Distill.Encoders.Options;

/// <summary>How the output of a model becomes one vector per image.</summary>
public enum FeaturePooling
{
    /// <summary>Maps are averaged; of tokens, the first is taken; a vector stays as it is.</summary>
    Auto,

    /// <summary>The mean over all positions or tokens.</summary>
    Mean,

    /// <summary>The first token, which is the class token of vision transformers.</summary>
    ClassToken,
}
