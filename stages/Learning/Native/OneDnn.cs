using System.Runtime.InteropServices;
using static TorchSharp.torch;

// N images, C input channels, D output channels, H height, W width, KK height and width of a kernel
namespace Distill.Learning.Native;

/// <summary>
/// Convolutions of oneDNN, on the CPU, that apply the bias, a sum with another tensor, and the ReLU while a tile is still in the cache.
/// </summary>
/// <remarks>
/// TorchSharp has no API for them, and TorchScript compiled from source has no names for them. They are called through the C functions that
/// libtorch offers to networks compiled ahead of time (<c>shim_cpu.h</c>). No graph is recorded for a backward pass.
/// </remarks>
internal static unsafe partial class OneDnn
{
    private static readonly byte[] None = "none\0"u8.ToArray();
    private static readonly byte[] Relu = "relu\0"u8.ToArray();
    private static readonly byte[] Add = "add\0"u8.ToArray();

    private static readonly bool IsAvailable = Probe();

    /// <summary>Whether this libtorch has them, and the CPU computes the type in hardware.</summary>
    public static bool Has(ScalarType type) => IsAvailable && (type == ScalarType.Float32 || Processor.MultipliesBf16);

    /// <summary>Computes conv(x) + b, or relu(conv(x) + b).</summary>
    /// <param name="x_NCHW">The input, fp32 or bf16.</param>
    /// <param name="weight_DCKK">The weight, in x's type.</param>
    /// <param name="bias_D">The bias, in x's type.</param>
    /// <param name="stride">Stride in both dimensions.</param>
    /// <param name="padding">Padding on all four sides.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    /// <returns>[N, D, H′, W′] in x's type and memory order.</returns>
    public static Tensor Convolve(Tensor x_NCHW, Tensor weight_DCKK, Tensor bias_D, long stride, long padding, bool relu)
    {
        var bias = bias_D.Handle;
        var (strides, paddings, dilations) = ((stride, stride), (padding, padding), (1L, 1L));
        fixed (byte* attribute = relu ? Relu : None)
        {
            Check(Pointwise(
                x_NCHW.Handle,
                weight_DCKK.Handle,
                &bias,
                (long*)&paddings,
                2,
                (long*)&strides,
                2,
                (long*)&dilations,
                2,
                1,
                attribute,
                null,
                0,
                null,
                out var y));
            return Tensor.UnsafeCreateTensor(y);
        }
    }

    /// <summary>
    /// Whether <see cref="AddConvolved_"/> accepts these tensors. Without channels-last order, libtorch adds with a function that bf16
    /// lacks. It detects the order by strides; those of a 1×1 map or kernel may fit both orders, and libtorch then assumes its default
    /// order.
    /// </summary>
    public static bool Adds(Tensor sum_NDHW, Tensor x_NCHW, Tensor weight_DCKK)
    {
        var (sizes, strides) = (sum_NDHW.shape, sum_NDHW.stride());
        long[] channelsLast = [sizes[1] * sizes[2] * sizes[3], 1, sizes[3] * sizes[1], sizes[1]];
        return (SeenAsChannelsLast(x_NCHW) || SeenAsChannelsLast(weight_DCKK))
            && Enumerable.Range(0, 4).All(dimension => sizes[dimension] == 1 || strides[dimension] == channelsLast[dimension]);
    }

    /// <summary>Computes sum ← relu(conv(x) + b + sum), if <see cref="Adds"/> is true.</summary>
    /// <param name="sum_NDHW">A tensor of the output's shape, with x's type and memory order.</param>
    /// <param name="x_NCHW">The input, fp32 or bf16.</param>
    /// <param name="weight_DCKK">The weight, in x's type.</param>
    /// <param name="bias_D">The bias, in x's type.</param>
    /// <param name="stride">Stride in both dimensions.</param>
    /// <param name="padding">Padding on all four sides.</param>
    /// <returns>The sum, in the same memory.</returns>
    public static Tensor AddConvolved_(Tensor sum_NDHW, Tensor x_NCHW, Tensor weight_DCKK, Tensor bias_D, long stride, long padding)
    {
        var bias = bias_D.Handle;
        var (strides, paddings, dilations) = ((stride, stride), (padding, padding), (1L, 1L));
        fixed (byte* add = Add, relu = Relu)
        {
            var unary = relu;
            Check(PointwiseBinary_(
                sum_NDHW.Handle,
                x_NCHW.Handle,
                weight_DCKK.Handle,
                &bias,
                (long*)&paddings,
                2,
                (long*)&strides,
                2,
                (long*)&dilations,
                2,
                1,
                add,
                null,
                &unary,
                null,
                0,
                null,
                out var y));
            return Tensor.UnsafeCreateTensor(y);
        }
    }

    /// <summary>Decides as libtorch's is_channels_last_strides_2d.</summary>
    private static bool SeenAsChannelsLast(Tensor x)
    {
        var (sizes, strides) = (x.shape, x.stride());
        var least = 1L;
        foreach (var dimension in (int[])[1, 3, 2, 0])
        {
            if (strides[dimension] < least || (dimension == 0 && least == strides[1]))
            {
                return false;
            }

            least = strides[dimension] * sizes[dimension];
        }

        return true;
    }

    private static bool Probe()
    {
        try
        {
            using var scope = NewDisposeScope();
            var (x, weight, bias) = (zeros(1, 1, 3, 3), zeros(1, 1, 1, 1), zeros(1));
            AddConvolved_(Convolve(x, weight, bias, 1, 0, relu: true), x, weight, bias, 1, 0);
            return true;
        }
        catch (Exception e) when (e is EntryPointNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new InvalidOperationException("oneDNN refused a convolution; libtorch printed the reason to standard error");
        }
    }

    [LibraryImport("torch_cpu", EntryPoint = "aoti_torch_cpu_mkldnn__convolution_pointwise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial int Pointwise(
        nint x,
        nint weight,
        nint* bias,
        long* padding,
        long paddings,
        long* stride,
        long strides,
        long* dilation,
        long dilations,
        long groups,
        byte* attribute,
        double** scalars,
        long scalarCount,
        byte** algorithm,
        out nint result);

    [LibraryImport("torch_cpu", EntryPoint = "aoti_torch_cpu_mkldnn__convolution_pointwise_binary_")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial int PointwiseBinary_(
        nint other,
        nint x,
        nint weight,
        nint* bias,
        long* padding,
        long paddings,
        long* stride,
        long strides,
        long* dilation,
        long dilations,
        long groups,
        byte* binaryAttribute,
        double* alpha,
        byte** unaryAttribute,
        double** scalars,
        long scalarCount,
        byte** algorithm,
        out nint result);
}
