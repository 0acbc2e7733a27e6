//! Burn with its wgpu back end: the images stay on the device, a batch is gathered there by the epoch's order.

#[path = "../../common.rs"]
mod common;

use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::pool::MaxPool2dConfig;
use burn::nn::{DropoutConfig, Linear, LinearConfig};
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer, SgdConfig};
use burn::prelude::*;
use burn::tensor::activation::{relu, softmax};
use common::{CLASSES, IMAGES, Job, Layer, Optimizer};

#[derive(Module, Debug)]
struct Net {
    convolutions: Vec<Conv2d>,
    dense: Vec<Linear>,
}

impl Net {
    fn new(job: &Job, device: &Device) -> Self {
        let (mut convolutions, mut dense) = (Vec::new(), Vec::new());
        let (mut height, mut width, mut channels) = (job.height, job.width, job.channels);
        for layer in &job.layers {
            match *layer {
                Layer::Conv { filters, kernel } => {
                    convolutions.push(Conv2dConfig::new([channels, filters], [kernel, kernel]).init(device));
                    (height, width, channels) = (height - kernel + 1, width - kernel + 1, filters);
                }
                Layer::Pool => (height, width) = (height / 2, width / 2),
                Layer::Flatten => (height, width, channels) = (1, 1, height * width * channels),
                Layer::Dense { units } => {
                    dense.push(LinearConfig::new(channels, units).init(device));
                    channels = units;
                }
                Layer::Relu | Layer::Dropout { .. } => (),
            }
        }
        Self { convolutions, dense }
    }

    fn forward(&self, layers: &[Layer], images: Tensor<4>) -> Tensor<2> {
        let (mut convolutions, mut dense) = (self.convolutions.iter(), self.dense.iter());
        let flatten = layers.iter().position(|layer| matches!(layer, Layer::Flatten)).expect("no flatten");
        let mut x = images;
        for layer in &layers[..flatten] {
            x = match layer {
                Layer::Conv { .. } => convolutions.next().unwrap().forward(x),
                Layer::Relu => relu(x),
                _ => MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init().forward(x),
            }
        }
        let mut x: Tensor<2> = x.flatten(1, 3);
        for layer in &layers[flatten + 1..] {
            x = match *layer {
                Layer::Dense { .. } => dense.next().unwrap().forward(x),
                Layer::Dropout { rate } => DropoutConfig::new(rate).init().forward(x),
                _ => relu(x),
            }
        }
        x
    }
}

fn optimizer(job: &Job) -> (ModuleOptimizer, f64) {
    match job.optimizer {
        Optimizer::Adam { rate, epsilon } => (AdamConfig::new().with_epsilon(epsilon).init(), rate),
        Optimizer::Sgd { rate, momentum: 0.0 } => (SgdConfig::new().init(), rate),
        Optimizer::Sgd { rate, momentum } => {
            let momentum = MomentumConfig::new().with_momentum(momentum).with_dampening(0.0);
            (SgdConfig::new().with_momentum(Some(momentum)).init(), rate)
        }
    }
}

struct Batches {
    images: Tensor<4>,
    labels: Tensor<1, Int>,
    order: Tensor<1, Int>,
    random: u64,
    next: usize,
}

impl Batches {
    fn new(job: &Job, device: &Device) -> Self {
        let images = TensorData::new(job.images.clone(), [IMAGES, job.channels, job.height, job.width]);
        let labels: Vec<i32> = (0..IMAGES).map(|i| (i % CLASSES) as i32).collect();
        Self {
            images: Tensor::from_data(images, device),
            labels: Tensor::from_data(TensorData::new(labels, [IMAGES]), device),
            order: Tensor::zeros([IMAGES], device),
            random: 1,
            next: IMAGES,
        }
    }

    fn next(&mut self, batch: usize) -> (Tensor<4>, Tensor<1, Int>) {
        if self.next + batch > IMAGES {
            let order: Vec<i32> = common::shuffled(&mut self.random).into_iter().map(|i| i as i32).collect();
            self.order = Tensor::from_data(TensorData::new(order, [IMAGES]), &self.images.device());
            self.next = 0;
        }
        let rows = self.order.clone().slice([self.next..self.next + batch]);
        self.next += batch;
        (self.images.clone().select(0, rows.clone()), self.labels.clone().select(0, rows))
    }
}

fn train(job: &Job, device: &Device) -> Vec<f64> {
    let device = device.clone().autodiff();
    let mut net = Net::new(job, &device);
    let (mut optimizer, rate) = optimizer(job);
    let loss = CrossEntropyLossConfig::new().init(&device);
    let mut batches = Batches::new(job, &device);
    common::time_slices(job.seconds, job.batch, |steps| {
        for _ in 0..steps {
            let (images, labels) = batches.next(job.batch);
            let gradients = loss.forward(net.forward(&job.layers, images), labels).backward();
            let gradients = GradientsParams::from_grads(gradients, &net);
            net = optimizer.step(rate, net.clone(), gradients);
        }
        device.sync().expect("the device failed");
    })
}

fn infer(job: &Job, device: &Device) -> Vec<f64> {
    let layers: Vec<Layer> = job.layers.iter().copied().filter(|layer| !matches!(layer, Layer::Dropout { .. })).collect();
    let net = Net::new(job, device);
    let mut batches = Batches::new(job, device);
    common::time_slices(job.seconds, job.batch, |steps| {
        for _ in 0..steps {
            let _ = softmax(net.forward(&layers, batches.next(job.batch).0), 1);
        }
        device.sync().expect("the device failed");
    })
}

fn main() {
    let job = common::job();
    let device = Device::wgpu(DeviceKind::DefaultDevice);
    let rates = if job.train { train(&job, &device) } else { infer(&job, &device) };
    common::report(&rates, "wgpu");
}
