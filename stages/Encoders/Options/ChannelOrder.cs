namespace Distill.Encoders.Options;

/// <summary>The order of the color channels of a model's input.</summary>
public enum ChannelOrder
{
    /// <summary>As a file beside the model states, else red first.</summary>
    Auto,

    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Blue, green, red, as in Caffe, CNTK and OpenCV.</summary>
    Bgr,
}
