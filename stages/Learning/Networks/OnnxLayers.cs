// O output channels, I input channels
using Distill.Learning.Arithmetic;
using Distill.Learning.Onnx;
using static TorchSharp.torch;

namespace Distill.Learning.Networks;

/// <summary>
/// Reads convolutions with their batch norms from an ONNX graph. A batch norm that was folded into its convolution becomes one that only
/// adds.
/// </summary>
/// <param name="graph">The graph.</param>
internal sealed class OnnxLayers(OnnxWalk graph)
{
    /// <summary>ε of this program's batch norms.</summary>
    private const double Epsilon = 1e-5;

    /// <summary>What was read, by torchvision's keys.</summary>
    public Dictionary<string, Tensor> Tensors { get; } = [];

    /// <summary>Reads a convolution with its batch norm, and returns the name of their output.</summary>
    /// <param name="convolution">The node Conv.</param>
    /// <param name="name">Key of the convolution.</param>
    /// <param name="norm">Key of the batch norm.</param>
    /// <exception cref="InvalidDataException">The convolution is dilated, grouped, or padded otherwise than in torchvision.</exception>
    public string Read(OnnxNode convolution, string name, string norm)
    {
        var weight_OIHW = TensorOf(convolution, 1, rank: 4);
        Check(convolution, weight_OIHW);
        Tensors[name + ".weight"] = weight_OIHW;
        var planes = weight_OIHW.shape[0];
        var bias_O = convolution.Inputs.Count > 2 ? VectorOf(convolution, 2, planes) : zeros(planes);
        if (graph.Next(convolution.Outputs[0], "BatchNormalization").FirstOrDefault() is { } batchNorm)
        {
            var epsilon = batchNorm.Attributes.FirstOrDefault(attribute => attribute.Name == "epsilon")?.Real ?? Epsilon;
            var (scale_O, shift_O) = (VectorOf(batchNorm, 1, planes), VectorOf(batchNorm, 2, planes));
            Set(scale_O, shift_O, VectorOf(batchNorm, 3, planes).sub(bias_O), VectorOf(batchNorm, 4, planes), epsilon);
            return batchNorm.Outputs[0];
        }

        Set(ones(planes), bias_O, zeros(planes), ones(planes), 0);
        return convolution.Outputs[0];

        void Set(Tensor scale_O, Tensor shift_O, Tensor mean_O, Tensor variance_O, double epsilon)
        {
            // The sum of variance and ε is what counts. A dead channel's may be below this program's ε; its scale makes up for the rest.
            var (sum_O, shifted_O) = (variance_O.Plus(epsilon), variance_O.Plus(epsilon - Epsilon));
            var scaled_O = scale_O.mul(sum_O.rsqrt()).Times(Math.Sqrt(Epsilon));
            Tensors[norm + ".weight"] = where(shifted_O.neg().IsAbove(0), scaled_O, scale_O);
            Tensors[norm + ".bias"] = shift_O;
            Tensors[norm + ".running_mean"] = mean_O;
            Tensors[norm + ".running_var"] = where(sum_O.IsAbove(0), shifted_O.AtLeast(0), shifted_O);
        }
    }

    /// <summary>Returns a vector of a node with one value per output.</summary>
    /// <exception cref="InvalidDataException">It has another shape.</exception>
    public Tensor VectorOf(OnnxNode node, int input, long length)
    {
        var vector = TensorOf(node, input, rank: 1);
        return vector.shape[0] == length
            ? vector
            : throw graph.Wrong(node, $"found {vector.shape[0]} values in input {input}, expected {length}, one per output");
    }

    /// <summary>Returns a weight of a node as a tensor.</summary>
    /// <exception cref="InvalidDataException">It has another number of dimensions, or its values are incomplete.</exception>
    public Tensor TensorOf(OnnxNode node, int input, int rank)
    {
        var weight = graph.Weight(node, input);
        if (weight.Shape.Count != rank || weight.Shape.Contains(0))
        {
            throw graph.Wrong(
                node, $"found input {input} of shape [{string.Join(", ", weight.Shape)}], expected {rank} dimensions, none of size 0");
        }

        try
        {
            return tensor(weight.ToFloats(), [.. weight.Shape]);
        }
        catch (InvalidDataException other)
        {
            throw graph.Wrong(node, other.Message);
        }
    }

    private void Check(OnnxNode convolution, Tensor weight_OIHW)
    {
        var kernel = weight_OIHW.shape[^1];
        if (weight_OIHW.shape[2] != kernel)
        {
            throw graph.Wrong(convolution, $"found a kernel of shape [{string.Join(", ", weight_OIHW.shape)}], expected a square one");
        }

        if (OnnxWalk.Integers(convolution, "group", 1)[0] != 1 || OnnxWalk.Integers(convolution, "dilations", 1).Any(value => value != 1))
        {
            throw graph.Wrong(convolution, "found groups or a dilation, expected none");
        }

        // At a stride of 2, the last row and column may stay unpadded: at even sizes, no kernel reaches them.
        var pads = OnnxWalk.Integers(convolution, "pads", 0);
        var least = OnnxWalk.Integers(convolution, "strides", 1)[0] > 1 ? (kernel / 2) - 1 : kernel / 2;
        var begins = pads.Take(Math.Max(1, pads.Count / 2));
        var ends = pads.Skip(pads.Count / 2);
        if (begins.Any(pad => pad != kernel / 2) || ends.Any(pad => pad > kernel / 2 || pad < Math.Max(0, least)))
        {
            throw graph.Wrong(convolution, $"found the padding [{string.Join(", ", pads)}], expected {kernel / 2} on each side");
        }
    }
}
