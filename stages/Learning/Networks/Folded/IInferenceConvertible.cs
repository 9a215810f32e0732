namespace Distill.Learning.Networks.Folded;

/// <summary>A network, or a part of one, that knows its form for inference.</summary>
internal interface IInferenceConvertible
{
    /// <param name="type">What convolutions compute in; from the pooled features on all is fp32.</param>
    IInferenceModule Fold(InferenceDtype type);
}
