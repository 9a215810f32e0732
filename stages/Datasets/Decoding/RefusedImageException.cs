namespace Distill.Datasets.Decoding;

/// <summary>An image that must not be learned from; the message says why, and fits after its name and a colon.</summary>
internal sealed class RefusedImageException(string message) : Exception(message);
