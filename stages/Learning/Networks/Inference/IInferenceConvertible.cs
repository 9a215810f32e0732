namespace Distill.Learning.Networks.Inference;

/// <summary>A network or module that has a form for inference.</summary>
internal interface IInferenceConvertible
{
    /// <summary>Converts a copy for inference.</summary>
    /// <param name="type">The arithmetic of convolutions. Layers after the pooled features are always fp32.</param>
    IInferenceModule ToInference(InferenceDtype type);
}
