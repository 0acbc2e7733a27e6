//! Meganeura: one compiled graph per step; a shuffled batch is copied from host memory for each, as its own trainer does.

#[path = "../../common.rs"]
mod common;

use common::{CLASSES, IMAGES, Job, Layer, Optimizer};
use meganeura::train::Mode;
use meganeura::{Graph, NodeId, Session, SessionConfig};

/// Names and sizes of the parameters, with the number of inputs of their layer.
type Parameters = Vec<(String, usize, usize)>;

struct Builder {
    graph: Graph,
    parameters: Parameters,
    batch: usize,
}

impl Builder {
    fn parameter(&mut self, kind: &str, shape: &[usize], inputs: usize) -> NodeId {
        let name = format!("{kind}{}", self.parameters.len());
        self.parameters.push((name.clone(), shape.iter().product(), inputs));
        self.graph.parameter(&name, shape)
    }

    /// Image `[height, width, channels]`; the size of the result.
    fn convolution(&mut self, x: NodeId, size: [usize; 3], filters: usize, kernel: usize) -> (NodeId, [usize; 3]) {
        let [height, width, channels] = size;
        let out = [height - kernel + 1, width - kernel + 1, filters];
        let inputs = channels * kernel * kernel;
        let weight = self.parameter("kernel", &[filters * inputs], inputs);
        let bias = self.parameter("bias", &[filters], 0);
        let y = self.graph.conv2d(x, weight, self.batch as u32, channels as u32, height as u32, width as u32, filters as u32,
                                  kernel as u32, kernel as u32, 1, 0);
        (self.graph.add_per_channel(y, bias, filters as u32, (out[0] * out[1]) as u32), out)
    }

    fn dense(&mut self, x: NodeId, inputs: usize, units: usize) -> NodeId {
        let weight = self.parameter("weight", &[inputs, units], inputs);
        let bias = self.parameter("bias", &[units], 0);
        let y = self.graph.matmul(x, weight);
        self.graph.bias_add(y, bias)
    }

    fn logits(&mut self, job: &Job) -> NodeId {
        let mut size = [job.height, job.width, job.channels];
        let elements: usize = size.iter().product();
        // Images of a dense network are a matrix, those of a convolution a list.
        let convolutions = job.layers.iter().any(|layer| matches!(layer, Layer::Conv { .. }));
        let mut x = if convolutions { self.graph.input("x", &[self.batch * elements]) } else { self.graph.input("x", &[self.batch, elements]) };
        for layer in &job.layers {
            match *layer {
                Layer::Conv { filters, kernel } => (x, size) = self.convolution(x, size, filters, kernel),
                Layer::Relu => x = self.graph.relu(x),
                Layer::Pool => {
                    x = self.graph.max_pool_2d(x, self.batch as u32, size[2] as u32, size[0] as u32, size[1] as u32, 2, 2, 2, 0);
                    size = [size[0] / 2, size[1] / 2, size[2]];
                }
                Layer::Flatten => {
                    size = [1, 1, size.iter().product()];
                    if convolutions {
                        x = self.graph.reshape(x, &[self.batch, size[2]]);
                    }
                }
                Layer::Dense { units } => {
                    x = self.dense(x, size[2], units);
                    size[2] = units;
                }
                Layer::Dropout { .. } if job.train => panic!("Meganeura has no dropout"),
                Layer::Dropout { .. } => (),
            }
        }
        x
    }
}

fn session(job: &Job) -> Session {
    let mut builder = Builder { graph: Graph::new(), parameters: Vec::new(), batch: job.batch };
    let logits = builder.logits(job);
    let output = if job.train {
        let labels = builder.graph.input("labels", &[job.batch, CLASSES]);
        builder.graph.cross_entropy_loss(logits, labels)
    } else {
        builder.graph.softmax(logits)
    };
    builder.graph.set_outputs(vec![output]);
    let mode = if job.train { Mode::Training } else { Mode::Inference };
    let mut session = meganeura::build(&builder.graph, SessionConfig { mode, ..Default::default() }).0;
    let mut random = 1u32;
    for (name, elements, inputs) in &builder.parameters {
        let bound = if *inputs > 0 { 1.0 / (*inputs as f32).sqrt() } else { 0.0 };
        let values: Vec<f32> = (0..*elements)
            .map(|_| {
                random = random.wrapping_mul(1664525).wrapping_add(1013904223);
                ((random >> 8) as f32 / (1 << 23) as f32 - 1.0) * bound
            })
            .collect();
        session.set_parameter(name, &values);
    }
    match job.optimizer {
        _ if !job.train => (),
        Optimizer::Adam { rate, epsilon } => session.set_adam(rate as f32, 0.9, 0.999, epsilon),
        Optimizer::Sgd { rate, .. } => session.set_learning_rate(rate as f32),
    }
    session
}

fn main() {
    let job = common::job();
    let mut session = session(&job);
    let elements = job.height * job.width * job.channels;
    let (mut random, mut order, mut next) = (1, Vec::new(), IMAGES);
    let (mut images, mut labels) = (vec![0.0; job.batch * elements], vec![0.0; job.batch * CLASSES]);
    let rates = common::time_slices(job.seconds, job.batch, |steps| {
        for _ in 0..steps {
            if next + job.batch > IMAGES {
                (order, next) = (common::shuffled(&mut random), 0);
            }
            labels.fill(0.0);
            for (row, &image) in order[next..next + job.batch].iter().enumerate() {
                images[row * elements..][..elements].copy_from_slice(&job.images[image * elements..][..elements]);
                labels[row * CLASSES + image % CLASSES] = 1.0;
            }
            next += job.batch;
            session.set_input("x", &images);
            if job.train {
                session.set_input("labels", &labels);
            }
            session.step();
        }
        session.wait();
    });
    if job.train && !session.read_loss().is_finite() {
        eprintln!("the loss is not finite any more");
    }
    common::report(&rates, &session.device_information().device_name);
}
