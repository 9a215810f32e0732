namespace Distill.Encoders.Options;

/// <summary>The order of dimensions of a model's input.</summary>
public enum TensorLayout
{
    /// <summary>As the shape of the input tells: the dimension of size 3 has the channels. If all are free, the second has them.</summary>
    Auto,

    /// <summary>[batch, channels, height, width].</summary>
    Nchw,

    /// <summary>[batch, height, width, channels].</summary>
    Nhwc,
}
