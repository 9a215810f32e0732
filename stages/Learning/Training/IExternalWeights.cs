namespace Distill.Learning.Training;

/// <summary>A network that computes with weights that are not its own, such as those of an ONNX model.</summary>
public interface IExternalWeights
{
    /// <summary>Number of these weights.</summary>
    long ExternalParameterCount { get; }
}
