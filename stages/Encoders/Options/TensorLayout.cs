namespace Distill.Encoders.Options;

/// <summary>The order of dimensions of a model's input.</summary>
public enum TensorLayout
{
    /// <summary>As the shape of the input tells: the dimension of size 3 or 1 has the channels.</summary>
    Auto,

    /// <summary>[batch, channels, height, width].</summary>
    Nchw,

    /// <summary>[batch, height, width, channels].</summary>
    Nhwc,
}
